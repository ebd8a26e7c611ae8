import type { ChartData, GanttData, GraphData, SearchEntry } from './chart-types.ts';

/** All that the pages say, in words and figures as they are shown. Paths start at the root of the site. */
export interface Site {
  readonly project: string;
  /** Of which run or day it is. */
  readonly made: string;
  /** Why there are no runs and figures; empty when there are. */
  readonly missing: string;
  /** Language of the titles and names that the project gives, as BCP 47 has it; the pages' own words are English. */
  readonly locale: string;
  readonly figures: Figures;
  readonly failures: readonly Failure[];
  /** How many nodes a schema holds. */
  readonly schemas: readonly SchemaView[];
  /** By name. */
  readonly nodes: readonly NodeView[];
  readonly sources: readonly SourceView[];
  /** Newest first. */
  readonly runs: readonly RunView[];
  readonly parameters: readonly ParameterView[];
  readonly policy: PolicyView;
  readonly graph: GraphData;
  readonly search: readonly SearchEntry[];
}

export interface Link {
  readonly text: string;
  /** Empty for what has no page. */
  readonly href: string;
}

export interface Figures {
  /** As whom they were read; empty for the user of the connection. */
  readonly reader: string;
  readonly cards: readonly Card[];
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  /** What could not be read, and why. */
  readonly refused: readonly string[];
}

export interface Card {
  readonly title: string;
  /** As it is written for people, with its unit. */
  readonly value: string;
  readonly node: Link;
  readonly history: Chart | null;
}

/** A drawing, and what it says as a table. */
export interface Chart {
  readonly data: ChartData;
  readonly node: Link;
  readonly table: Omit<Table, 'title' | 'node'>;
}

export interface Table {
  readonly title: string;
  readonly node: Link;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A check that did not pass when it was evaluated last. */
export interface Failure {
  readonly node: Link;
  readonly check: Link;
  readonly status: StatusView;
  readonly found: string;
  readonly when: string;
}

export interface StatusView {
  /** The end of the class that draws it. */
  readonly key: string;
  readonly text: string;
}

export interface SchemaView {
  readonly name: string;
  readonly models: number;
  readonly seeds: number;
  readonly sources: number;
  /** Nodes with personal data. */
  readonly personal: number;
  readonly readers: string;
}

/** A page. */
export interface NodeView {
  readonly id: string;
  readonly name: string;
  readonly type: 'model' | 'seed' | 'source';
  readonly kind: string;
  /** Of the file. */
  readonly path: string;
  readonly href: string;
  readonly relation: string;
  readonly schema: string;
  readonly folder: string;
  readonly file: string;
  readonly description: string;
  readonly grain: string;
  readonly owner: string;
  readonly tags: readonly string[];
  readonly personal: readonly string[];
  /** Roles; none where the project does not say. */
  readonly readers: readonly string[];
  readonly status: StatusView | null;
  readonly settings: readonly (readonly [key: string, value: string])[];
  readonly columns: readonly ColumnView[];
  /** Columns that decide which rows there are. */
  readonly conditions: readonly Link[];
  /** Models whose rows its columns decide on. */
  readonly decides: readonly Link[];
  readonly unresolved: readonly string[];
  readonly contractFile: string;
  readonly checks: readonly CheckView[];
  readonly tests: readonly TestView[];
  readonly parents: readonly NodeLink[];
  readonly children: readonly NodeLink[];
  readonly sql: readonly { readonly title: string; readonly text: string }[];
  readonly built: BuiltView | null;
  /** Why it would be built now, in the words of `runner explain`; empty when it is as it was published or is not known. */
  readonly due: string;
}

export interface NodeLink extends Link {
  readonly type: string;
  readonly description: string;
}

export interface ColumnView {
  readonly name: string;
  readonly anchor: string;
  readonly type: string;
  readonly description: string;
  /** Kinds of personal data. */
  readonly personal: readonly string[];
  readonly tags: readonly string[];
  readonly from: readonly Origin[];
  readonly to: readonly Origin[];
  readonly unresolved: readonly string[];
}

export interface Origin extends Link {
  /** `copy`, `computed`, `aggregate`. */
  readonly how: string;
}

export interface CheckView {
  readonly name: string;
  readonly anchor: string;
  readonly column: string;
  readonly type: string;
  readonly threshold: string;
  readonly sql: string;
  readonly status: StatusView | null;
  readonly found: string;
  readonly when: string;
  /** One letter a verdict, oldest first: P passed, W warned, F failed, N not evaluated. */
  readonly trend: string;
  readonly trendWords: string;
}

export interface TestView {
  readonly name: string;
  readonly place: string;
  readonly description: string;
  readonly given: readonly string[];
  readonly status: StatusView | null;
}

export interface BuiltView {
  readonly run: Link;
  readonly status: StatusView;
  readonly when: string;
  readonly seconds: string;
  readonly rows: string;
  readonly message: string;
}

export interface SourceView {
  readonly node: Link;
  readonly description: string;
  readonly mode: string;
  readonly loader: string;
  /** Newest first. */
  readonly batches: readonly BatchView[];
  readonly age: string;
}

export interface BatchView {
  readonly id: string;
  readonly landed: string;
  readonly rows: string;
  readonly origin: string;
  readonly run: Link;
  readonly isPruned: boolean;
}

export interface RunView {
  readonly id: string;
  readonly label: string;
  readonly href: string;
  readonly command: string;
  readonly day: string;
  readonly target: string;
  readonly commit: string;
  readonly by: string;
  readonly status: StatusView;
  readonly started: string;
  readonly seconds: string;
  readonly error: string;
  /** `58 success, 1 tested alone`. */
  readonly counts: string;
  readonly gantt: GanttData;
  readonly nodes: readonly RunNodeView[];
  readonly batches: readonly (BatchView & { readonly node: Link })[];
}

export interface RunNodeView {
  readonly node: Link;
  readonly status: StatusView;
  /** Seconds after the start of the run. */
  readonly start: string;
  readonly seconds: string;
  readonly rows: string;
  readonly changed: string;
  readonly message: string;
}

export interface ParameterView {
  readonly node: Link;
  readonly file: string;
  readonly description: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | { readonly inherited: string })[])[];
  /** The column from which empty cells inherit; empty where none do. */
  readonly inherits: string;
}

export interface PolicyView {
  /** What belongs to each kind of personal data, in words; empty where the project does not say. */
  readonly kinds: readonly { readonly name: string; readonly meaning: string }[];
  readonly schemas: readonly PersonalSchema[];
  /** Models that may hold more than their schema. */
  readonly exceptions: readonly { readonly model: Link; readonly kinds: string; readonly reason: string }[];
  readonly columns: readonly PersonalColumn[];
  readonly declassified: readonly Declassified[];
}

export interface PersonalSchema {
  readonly name: string;
  /** Kinds that its relations may hold; empty where the project has no policy. */
  readonly mayHold: string;
  readonly readers: string;
  /** Of each kind, the columns that carry it. */
  readonly counts: readonly number[];
}

/** From where the data was first said to be personal, column by column. */
export type Path = readonly Link[];

export interface Declassified {
  readonly column: Link;
  readonly kinds: string;
  /** What it was made into. */
  readonly as: string;
  readonly reason: string;
  /** Whether its value is made of what came on these paths, or that decides which rows there are. */
  readonly by: 'value' | 'rows';
  readonly paths: readonly Path[];
}

export interface PersonalColumn {
  readonly schema: string;
  readonly column: Link;
  readonly kinds: readonly string[];
  readonly description: string;
  readonly paths: readonly Path[];
}

import type { Fault } from '../errors.ts';

/** What a change of a project does to the same data on the same day: plain values, drawn as Markdown or JSON. */
export interface DiffReport {
  readonly base: Side;
  readonly head: Side;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** What both sides were built from. */
  readonly batches: readonly { readonly source: string; readonly batchId: string; readonly rows: number }[];
  /** Changed nodes and those that they reach, as far as they are selected, in the order of a build. */
  readonly nodes: readonly NodeDiff[];
  /** Of the models that project.yml calls figures: every cell that is another, or may not be told. */
  readonly figures: readonly FigureDiff[];
  /** Models whose figures were compared. */
  readonly compared: readonly string[];
  /** What persons or things gain and lose, by motive, as project.yml says. */
  readonly outcomes: readonly OutcomeDiff[];
  /** The figures that `outputs` of project.yml names: what a summary tells of first. */
  readonly outputs: readonly { readonly name: string; readonly model: string; readonly column: string }[];
  /** What people read of a column, by `model.column`. */
  readonly terms: Readonly<Record<string, Term>>;
  /** Seeds and models of the project, on head. */
  readonly total: number;
  /** Those that differ or read what does, selected or not. */
  readonly touched: number;
  /** What was asked for, and the names of what is affected and was not; `null` where all of it is told. */
  readonly selection: { readonly words: string; readonly left: readonly string[] } | null;
  /** Macros that differ, their text as a diff by lines. */
  readonly macros: readonly { readonly name: string; readonly text: string }[];
  /** Who may read what, and what is personal: each change in a sentence, whatever is selected. */
  readonly access: readonly string[];
  /** Sources without a row, but those that are switched off: figures that read them mean nothing. */
  readonly empty: readonly string[];
  /** What else differs, a sentence each: changes of project.yml that reach no node. */
  readonly notes: readonly string[];
}

export interface Term {
  /** The contract's description of the column. */
  readonly label: string | null;
  /** How its numbers are written: `#,##0.00 "€"`. */
  readonly format: string | null;
}

export interface Side {
  /** As it was asked for: `main`, `working tree`. */
  readonly name: string;
  readonly commit: string | null;
  /** Files differ from the commit. */
  readonly dirty: boolean;
}

export interface NodeDiff {
  readonly id: string;
  readonly name: string;
  readonly type: 'model' | 'seed' | 'source';
  /** `schema.name`. */
  readonly relation: string;
  readonly file: string;
  /** `impacted`: it is as it was, and reads what has changed. */
  readonly kind: 'added' | 'removed' | 'changed' | 'impacted';
  /** Ids of what it reads, for the picture. */
  readonly parents: readonly string[];
  /** Parts of its fingerprint that differ: `body`, `config`, `contract`, `seed`, … */
  readonly parts: readonly string[];
  /** What is behind them in words, one a line: `macro x`, `var y: 1 → 2`, `config materialized: view → table`. */
  readonly reasons: readonly string[];
  /** Compiled SQL as a diff by lines; `null` when equal, and of what is no model. */
  readonly sql: string | null;
  /** The template of its own file, without what macros put into it, as a diff by lines; `null` where only comments or layout differ. */
  readonly own: string | null;
  /** Of a seed, its rows as they stand in its file. */
  readonly seed: SeedDiff | null;
  readonly contract: ContractDiff | null;
  /** `null` where one side is not there, or neither was built. */
  readonly rows: RowsDiff | null;
  /** Roles are granted it, or analysts' tools read it. */
  readonly isRead: boolean;
  readonly audit: { readonly base: Audit | null; readonly head: Audit | null };
}

/** Values of personal columns are `***`. */
export interface SeedDiff {
  /** Columns that tell a row, from the contract; empty: rows are removed and added as wholes. */
  readonly key: readonly string[];
  /** A cell each, of rows that both have. */
  readonly changed: readonly {
    readonly key: readonly Cell[];
    readonly column: string;
    readonly before: Cell;
    readonly after: Cell;
  }[];
  /** Lines of CSV, and the header where it differs. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export interface ContractDiff {
  /** In words, `+` added, `-` removed, `!` changed: `! column x, type: integer → bigint`. */
  readonly columns: readonly string[];
  readonly checks: readonly string[];
  /** Checks of the base that are gone, or ask something else. */
  readonly fewer: { readonly removed: number; readonly changed: number };
  readonly others: readonly string[];
}

/** How a node came out on one side. */
export interface Audit {
  readonly status: 'built' | 'error' | 'upstream_failed' | 'cancelled' | 'skipped';
  readonly rows: number | null;
  readonly passed: number;
  /** Checks and unit tests that failed or warn, and what kept the node from being built: no personal value in them. */
  readonly failed: readonly Fault[];
  readonly warned: readonly Fault[];
}

/** How the rows of a node differ; counts are exact whatever the method, of `buckets` up to a collision of hashes. */
export interface RowsDiff {
  /** Columns that tell a row, from the contract; empty: rows are compared as wholes, and none is `changed`. */
  readonly key: readonly string[];
  /** Why there is no key, in words; `null` where there is one. */
  readonly unkeyed: string | null;
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly columnsAdded: readonly string[];
  readonly columnsRemoved: readonly string[];
  /** Of both, with other types, which are no change of a row by themselves. */
  readonly columnsRetyped: readonly { readonly column: string; readonly before: string; readonly after: string }[];
  /** Of the columns that both have, with the number of rows in which they differ. */
  readonly changedColumns: readonly { readonly column: string; readonly rows: number }[];
  /** A few of each kind; cells of personal columns are masked. */
  readonly examples: readonly RowExample[];
  /** `buckets`: only where the sums of the rows' hashes differ were rows looked at. */
  readonly method: 'exact' | 'buckets';
}

export interface RowExample {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly key: readonly Cell[];
  /** Of a changed row those columns that differ, else all that are not in the key. */
  readonly cells: readonly { readonly column: string; readonly before: Cell; readonly after: Cell }[];
}

/** PostgreSQL's text; `null` is NULL. */
export type Cell = string | null;

export interface FigureDiff {
  readonly model: string;
  /** The row it stands in: `scenario = reference`; empty for a model of one row. */
  readonly row: string;
  readonly column: string;
  readonly before: Cell;
  readonly after: Cell;
  /** `after - before`, an exact decimal with its sign; `null` where they are no numbers. */
  readonly difference: string | null;
  /** Why after and difference are not told, and are `null`; `null` where they are told. */
  readonly hidden: string | null;
}

export interface OutcomeDiff {
  readonly title: string;
  readonly model: string;
  /** Of the rows of which `column` is true; `null` where it is no boolean. */
  readonly before: number | null;
  readonly after: number | null;
  /** `null`, as motives are empty, where they are unknown. */
  readonly gained: number | null;
  readonly lost: number | null;
  /** Why nobody can tell who gains and loses it, in words; `null` where it is told. */
  readonly unknown: string | null;
  /** How many gained it, lost it, or went from one motive to another; a motive is `null` of who has it or is not there. */
  readonly motives: readonly MotiveChange[];
}

export interface MotiveChange {
  readonly kind: 'gained' | 'lost' | 'other';
  readonly before: Cell;
  readonly after: Cell;
  readonly rows: number;
}

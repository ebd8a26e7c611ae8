import type { Contract } from '../contracts/types.ts';
import type { DocsConfig } from './docs-types.ts';
import type { ForgetConfig } from './forget-types.ts';
import type { AlertConfig, OutboxConfig } from './message-types.ts';
import type { PersonalConfig } from './personal-types.ts';
import type { ReviewConfig } from './review-types.ts';
import type { SemanticModelConfig } from './semantic-types.ts';

/** A project folder, read: plain values, nothing rendered, nothing connected. */
export interface Project {
  /** Absolute path of the folder that holds project.yml. */
  readonly dir: string;
  readonly config: ProjectConfig;
  readonly models: readonly ModelFile[];
  readonly macros: readonly MacroFile[];
  readonly seeds: readonly SeedFile[];
  readonly sources: readonly SourceTable[];
  /** By the name of the model or seed they describe. */
  readonly contracts: ReadonlyMap<string, Contract>;
  /** By the name of the model that they test. */
  readonly unitTests: ReadonlyMap<string, readonly UnitTest[]>;
}

export interface ProjectConfig {
  readonly name: string;
  /** First and second part of every contract's `dataset`. */
  readonly dataSource: string;
  readonly database: string;
  /** Schema of the runner's own tables. Default `ops`. */
  readonly stateSchema: string;
  /** Schema of the landed batches. Default `raw`. */
  readonly rawSchema: string;
  /** Decides which day "today" is. Default `UTC`. */
  readonly timezone: string;
  /** Folder below models/ → the configuration that its models inherit. */
  readonly models: Readonly<Record<string, NodeConfig>>;
  readonly seeds: NodeConfig;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Environment variables that templates may not read and that must be real outside the embedded server. */
  readonly secrets: readonly SecretConfig[];
  readonly roles: readonly RoleConfig[];
  readonly flags: readonly FlagConfig[];
  /** Flags that number a run's case, as the binary digits of the number, the first the highest. */
  readonly cases: readonly string[];
  readonly outputs: readonly OutputConfig[];
  readonly summary: readonly SummaryConfig[];
  readonly selectors: readonly SelectorConfig[];
  /** Milliseconds to try for the short exclusive lock of a swap before a node fails. Default 60 s. */
  readonly lockPatience: number;
  /** Batches kept of each source that replaces its rows; `null`, the default, for all. */
  readonly keepBatches: number | null;
  /** How many of the last runs that built something keep the batches they read; `null`, the default, for all. */
  readonly keepRuns: number | null;
  readonly outbox: readonly OutboxConfig[];
  readonly alert?: AlertConfig;
  readonly semanticModel?: SemanticModelConfig;
  readonly forget?: ForgetConfig;
  readonly personal?: PersonalConfig;
  readonly docs: DocsConfig;
  readonly review?: ReviewConfig;
}

/** Of a source: a column that holds personal data. */
export interface PersonalColumn {
  readonly column: string;
  readonly kinds: readonly string[];
  /** In sources.yml, from 1. */
  readonly line: number;
}

/** What `config()` in a model, its folder in project.yml, or both (the model wins) say of a node. */
export interface NodeConfig {
  readonly schema?: string;
  readonly alias?: string;
  readonly materialized?: Materialized;
  readonly tags?: readonly string[];
  readonly indexes?: readonly IndexConfig[];
  /** How a table gets its new rows: by their difference, by a swap, or `auto`, the default: by its size. */
  readonly publish?: Publish;
  /** Columns that tell a row of an incremental model: refused when NULL or double. */
  readonly unique_key?: readonly string[];
  /** Columns that tell a group of rows, which `delete+insert` replaces as a whole: refused when NULL. */
  readonly group_key?: readonly string[];
  readonly incremental_strategy?: Strategy;
  /** What happens when an incremental model gives other columns than its table has; `fail` unless told. */
  readonly on_schema_change?: OnSchemaChange;
  readonly full_refresh?: boolean;
  /** Nodes that share this name are published in one transaction: all of them or none. */
  readonly transaction?: string;
  /** Macros whose changed result alone does not make this node run. */
  readonly ignore_changes?: readonly string[];
  /** Privilege → roles: the grants on the relation are these and no others. Without it they are left as they are. */
  readonly grants?: Grants;
  /** Templates of statements, run in the transaction that builds the model: before it, and when it is published. */
  readonly pre_hook?: readonly string[];
  readonly post_hook?: readonly string[];
  /** Descriptions of the contract become comments of the relation and its columns. */
  readonly persist_docs?: boolean;
  /** How long one statement may take, as PostgreSQL writes it: `5min`. Without it the server's own limit holds. */
  readonly statement_timeout?: string;
}

export type Grants = Readonly<Record<string, readonly string[]>>;
/** An `ephemeral` model has no relation and is no step of a run: its SQL stands in that of its readers. */
export const MATERIALIZED = ['view', 'table', 'incremental', 'materialized_view', 'ephemeral'] as const;
export type Materialized = (typeof MATERIALIZED)[number];
/** How an incremental model's rows go into its table. */
export const STRATEGIES = ['delete+insert', 'append', 'merge'] as const;
export type Strategy = (typeof STRATEGIES)[number];
export const PUBLISH = ['auto', 'difference', 'swap'] as const;
export type Publish = (typeof PUBLISH)[number];
export const ON_SCHEMA_CHANGE = ['fail', 'ignore', 'append_new_columns', 'sync_all_columns'] as const;
export type OnSchemaChange = (typeof ON_SCHEMA_CHANGE)[number];

export interface IndexConfig {
  readonly columns: readonly string[];
  readonly unique?: boolean;
}

export interface SecretConfig {
  readonly name: string;
  /** The value that the sample uses: accepted on the embedded server only. */
  readonly sample?: string;
  /**
   * `address`: what is secret is the path and query of an address, while any other value may be shown. `file`: what stands
   * in the file that it names. Unset: the value itself.
   */
  readonly kind?: 'address' | 'file';
}

/** A role of the server that `grants` may name: made where it lacks, and given the usage of the schemas of what it reads. */
export interface RoleConfig {
  readonly name: string;
  readonly description?: string;
  /** Declared roles whose rights it has too. */
  readonly memberOf: readonly string[];
  /** The variable that holds its password; `runner db roles` sets it and lets the role log in. */
  readonly passwordEnv?: string;
}

/** A letter that says why a run has work, printed by `load`. The first key that is set decides. */
export interface FlagConfig {
  readonly name: string;
  readonly description: string;
  /** Raised when this environment variable is `1`. */
  readonly env?: string;
  /** Raised when one of these sources landed a batch that no build has used yet. */
  readonly sources?: readonly string[];
  /** Raised when one of these seeds differs from the published one. */
  readonly seeds?: readonly string[];
  /** Raised when this model's relation is absent or has no row. */
  readonly empty?: string;
}

/** A table printed when a build has done something. */
export interface SummaryConfig {
  readonly title: string;
  readonly model: string;
  readonly columns?: readonly string[];
  readonly order_by?: string;
}

/** A figure that an orchestrator is told after a build: a column of a model's only row. */
export interface OutputConfig {
  readonly name: string;
  readonly model: string;
  readonly column: string;
}

/** A selection with a name: `selector:name` stands for what `select` takes without what `exclude` takes. */
export interface SelectorConfig {
  readonly name: string;
  readonly select: readonly string[];
  readonly exclude?: readonly string[];
  readonly description?: string;
  /** Of its name in project.yml, from 1. */
  readonly line: number;
}

export interface ModelFile {
  readonly name: string;
  /** Path below the project folder, with `/`. */
  readonly file: string;
  readonly template: string;
  readonly config: NodeConfig;
}

export interface MacroFile {
  readonly name: string;
  readonly file: string;
  readonly template: string;
}

export interface SeedFile {
  readonly name: string;
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly (string | null)[] }[];
}

export interface SourceTable {
  readonly system: string;
  readonly table: string;
  readonly description: string;
  /** Module of the loader, below the project folder; none for tables that something else fills. */
  readonly loader?: string;
  /** `replace`: a batch is the whole source. `append`: a batch adds to the ones before. */
  readonly mode: 'replace' | 'append';
  /** Variables the loader reads → default. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Variable → the one that makes its default stand back when it is set. */
  readonly unless?: Readonly<Record<string, string>>;
  /** Keys of `vars:` that decide the loader's rows. */
  readonly vars: readonly string[];
  readonly columns: readonly string[];
  readonly personal?: readonly PersonalColumn[];
  /** Schema of a table without loader. */
  readonly schema?: string;
  readonly requests?: RequestConfig;
}

/** A source that is asked during the build, for the rows of a model. */
export interface RequestConfig {
  readonly model: string;
  /** Columns that identify a request: what raw already holds is not asked again. Without a key, all is asked each time. */
  readonly key?: readonly string[];
  /** With this variable at `1`, known keys are asked too. */
  readonly force_env?: string;
  /** Unless this variable is `1`, nothing is asked. */
  readonly when_env?: string;
}

/** What a model is to make of some rows, on a day and with variables of its own. */
export interface UnitTest {
  /** Unique among the tests of its model. */
  readonly name: string;
  readonly file: string;
  /** Of the test in its file, from 1. */
  readonly line: number;
  readonly description: string | null;
  /** `YYYY-MM-DD`; `null` for a fixed day. */
  readonly asOf: string | null;
  /** Over those of project.yml. */
  readonly vars: Readonly<Record<string, unknown>>;
  /** By the name of a model or seed, `system.table` of a source, or `this`, the rows already published. */
  readonly given: Readonly<Record<string, TestRows>>;
  readonly expect: TestRows;
  /** Of all that it says, without its place and description. */
  readonly hash: string;
}

export interface TestRows {
  /** Of the key in the file, from 1. */
  readonly line: number;
  /** Every column that some row names; in `given`, one may state its type: `amount::numeric`. */
  readonly columns: readonly string[];
  readonly rows: readonly TestRow[];
}

export interface TestRow {
  readonly line: number;
  /** By column; one that is not there is NULL. */
  readonly cells: Readonly<Record<string, TestValue>>;
}

/** A value as PostgreSQL reads it, `null` for NULL; of a list or map its JSON, of a list also its text as an array. */
export type TestValue = string | null | { readonly json: string; readonly array: string | null };

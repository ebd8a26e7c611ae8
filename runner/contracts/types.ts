import type { Form } from './declassify.ts';

/**
 * A contract of Soda's v4 language as this engine keeps it: every key checked, variables filled in, defaults and
 * inheritance applied, so that what evaluates it needs no rule of the language. Plain values only: it can be written as JSON.
 */
export interface Contract {
  /** The contract's own file, as it was given to the parser. */
  readonly file: string;
  /** `datasource/database/schema/table`. This engine ignores it: the caller says which relation is meant. */
  readonly dataset: string;
  /** SQL condition on the rows that table checks see, or `null` for all rows. */
  readonly filter: string | null;
  readonly columns: readonly ColumnSpec[];
  /** Those of the dataset first, then column by column, each in the order of the file. */
  readonly checks: readonly Check[];
  readonly description: string | null;
  readonly grain: string | null;
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly declassify: readonly Declassify[];
  /** Of all that it says, without the places where it stands: moving a check changes nothing. */
  readonly hash: string;
}

export interface ColumnSpec {
  readonly name: string;
  /** Compared by the schema check when stated. */
  readonly dataType: string | null;
  readonly characterMaximumLength: number | null;
  readonly numericPrecision: number | null;
  readonly numericScale: number | null;
  readonly datetimePrecision: number | null;
  readonly description: string | null;
  /** The kinds of personal data (`identity`, `salary`, …; `personal` when only `true` is said), or `null`: values are masked in samples. */
  readonly personal: readonly string[] | null;
  readonly tags: readonly string[];
  readonly line: number;
}

/** What of a model is no personal data any more. */
export interface Declassify {
  readonly columns: readonly string[];
  /** Kinds of personal data that these columns do not carry on. */
  readonly kinds: readonly string[];
  /** What it was made into. */
  readonly as: Form;
  readonly reason: string;
  readonly line: number;
}

export type Check =
  | SchemaCheck
  | RowCountCheck
  | MissingCheck
  | InvalidCheck
  | DuplicateCheck
  | AggregateCheck
  | MetricCheck
  | FailedRowsCheck
  | FreshnessCheck;
export type CheckType = Check['type'];

interface CheckCommon {
  /** Soda's relative path, unique in the contract: `checks.row_count[.qualifier]`, `columns.bu.checks.invalid[.qualifier]`. */
  readonly path: string;
  /** The column it stands under; `null` for a check of the dataset. */
  readonly column: string | null;
  readonly qualifier: string | null;
  /** What people read: the one stated, or one made of type and column. */
  readonly name: string;
  /** SQL condition on the rows that count for this check. */
  readonly filter: string | null;
  /** SQL that stands for the column. */
  readonly columnExpression: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of its key in the file, 1-based. */
  readonly line: number;
}

interface Measured extends CheckCommon {
  readonly threshold: Threshold;
}

export interface SchemaCheck extends CheckCommon {
  readonly type: 'schema';
  readonly allowExtraColumns: boolean;
  readonly allowOtherColumnOrder: boolean;
}

export interface RowCountCheck extends Measured {
  readonly type: 'row_count';
}

export interface MissingCheck extends Measured {
  readonly type: 'missing';
  readonly missing: MissingRule;
}

export interface InvalidCheck extends Measured {
  readonly type: 'invalid';
  readonly missing: MissingRule;
  readonly validity: ValidityRule;
}

export interface DuplicateCheck extends Measured {
  readonly type: 'duplicate';
  readonly missing: MissingRule;
  /** The columns that are to differ together, in a check of the dataset; `null` under a column. */
  readonly columns: readonly string[] | null;
}

export type AggregateFunction = 'avg' | 'sum' | 'min' | 'max' | 'min_length' | 'max_length' | 'avg_length';

export interface AggregateCheck extends Measured {
  readonly type: 'aggregate';
  readonly function: AggregateFunction;
  readonly missing: MissingRule;
  readonly validity: ValidityRule;
}

/** Exactly one of `expression` and `query`. */
export interface MetricCheck extends Measured {
  readonly type: 'metric';
  readonly expression: string | null;
  readonly query: string | null;
}

/** Exactly one of `expression` and `query`; a `keys_query` counts as a query. */
export interface FailedRowsCheck extends Measured {
  readonly type: 'failed_rows';
  readonly expression: string | null;
  readonly query: string | null;
  readonly rowsTestedQuery: string | null;
}

export interface FreshnessCheck extends Measured {
  readonly type: 'freshness';
  readonly of: string;
  /** ISO time to compare with, from `now_variable`; `null` for the clock of the evaluation. */
  readonly now: string | null;
}

/**
 * A scalar of the file. `integer` is one beyond 2^53, in digits; `decimal` a double as Python writes it, where JavaScript
 * would not; `unclear` what Soda takes for something else unless it is in quotes.
 */
export type Literal =
  | string
  | number
  | boolean
  | null
  | { readonly type: 'integer' | 'decimal' | 'date' | 'unclear'; readonly text: string };

export interface MissingRule {
  readonly values: readonly Literal[] | null;
  readonly format: Format | null;
}

export interface ValidityRule {
  readonly validValues: readonly Literal[] | null;
  readonly invalidValues: readonly Literal[] | null;
  readonly validFormat: Format | null;
  readonly invalidFormat: Format | null;
  readonly validMin: Quantity | null;
  readonly validMax: Quantity | null;
  readonly validLength: number | null;
  readonly validMinLength: number | null;
  readonly validMaxLength: number | null;
  readonly reference: Reference | null;
}

/** A PostgreSQL regular expression. */
export interface Format {
  readonly regex: string;
  readonly name: string;
}

export interface Reference {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** A number as it is compared: `number` is that binary double, text an exact decimal (`numeric`, or an integer beyond 2^53). */
export type Quantity = number | string;
export type Level = 'fail' | 'warn';

export interface Threshold {
  readonly comparison: Comparison;
  readonly level: Level;
  readonly metric: 'count' | 'percent';
  /** Of freshness only. */
  readonly unit: 'minute' | 'hour' | 'day' | null;
  /** A second comparison, at the other level. */
  readonly additional: { readonly comparison: Comparison; readonly level: Level } | null;
}

export type Operator =
  | 'must_be'
  | 'must_not_be'
  | 'must_be_greater_than'
  | 'must_be_greater_than_or_equal'
  | 'must_be_less_than'
  | 'must_be_less_than_or_equal';

export type Comparison =
  | { readonly operator: Operator; readonly value: Quantity }
  /** `greater` and `less` are the keys of the file: the lower and the upper bound of `between`, the other way round of `not_between`. */
  | { readonly operator: 'must_be_between' | 'must_be_not_between'; readonly greater: Bound; readonly less: Bound };

export interface Bound {
  readonly value: Quantity;
  readonly orEqual: boolean;
}

export type Outcome = 'PASSED' | 'FAILED' | 'WARN' | 'NOT_EVALUATED' | 'EXCLUDED';

export interface CheckResult {
  readonly path: string;
  readonly type: CheckType;
  readonly column: string | null;
  readonly name: string;
  readonly outcome: Outcome;
  /** What was compared, as text: a count, a percentage, hours…; `null` when there was none. */
  readonly value: string | null;
  /** In words: `must be less than 5 %`. */
  readonly threshold: string;
  /** What was found, in words; the server's own when it refused the query. */
  readonly message: string;
  /** The same as it may be kept: without a value that the server's words may quote. */
  readonly kept: string;
  readonly sample: Sample | null;
  /** Of the check in the contract's file, 1-based. */
  readonly line: number;
}

/** A few offending rows; personal values are `***`, and no row is kept anywhere. With `rowNumbers` the first column is `row_number`. */
export interface Sample {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Who evaluates a contract: this engine, or the real Soda. */
export type Engine = 'runner' | 'soda';

export interface ContractResult {
  readonly engine: Engine;
  readonly status: 'PASSED' | 'FAILED' | 'WARNED' | 'ERROR' | 'UNKNOWN';
  readonly checks: readonly CheckResult[];
  /** What kept a check from being measured. Any makes the status `ERROR`. */
  readonly errors: readonly string[];
}

/** A column of a node; `node` is the id of a model, seed or source. */
export interface ColumnRef {
  readonly node: string;
  readonly column: string;
}

/**
 * How a value comes from another. `copy`: it is that value, renamed or cast; `computed`: an expression over it, be it a
 * CASE that only asks for it; `aggregate`: folded over rows, by an aggregate or a window function.
 */
export type Derivation = 'copy' | 'computed' | 'aggregate';

/**
 * How little a value shows of another: `ask`: what comes of a question to it, yes or no (a comparison, IS NULL, EXISTS, a condition of
 * a CASE); `count`, `sum`: `count()`, `sum()` or `avg()` over rows, and not over a running window.
 */
export type Showing = 'ask' | 'count' | 'sum';

export interface ColumnOrigin extends ColumnRef {
  readonly how: Derivation;
  /** Absent where the value itself may be read from it. Of several ways the one that shows most. */
  readonly shows?: Showing;
}

export interface ColumnLineage {
  readonly column: string;
  /**
   * Columns of the nodes that the model reads itself, each once, in the most direct way that it has. None for a constant or a count of rows.
   * Within an expression all counts that makes the value what it is: conditions of a CASE, a FILTER, a window, a subquery.
   */
  readonly from: readonly ColumnOrigin[];
  /** In words, what of it could not be traced; empty when `from` is all of it. */
  readonly unresolved: readonly string[];
}

/** What the SQL of one model says of its columns, one step back. */
export interface ModelLineage {
  /** In the order of the output. */
  readonly columns: readonly ColumnLineage[];
  /** Columns that decide which rows there are: of WHERE, HAVING, JOIN … ON, GROUP BY, DISTINCT, set operations, a LIMIT's order. */
  readonly conditions: readonly ColumnRef[];
  /** In words, what keeps the model as a whole from being traced. */
  readonly unresolved: readonly string[];
  /** What its SQL and its hooks read, run or change that is none of the nodes it refers to: relations, `functions()`, `STATEMENTS`. */
  readonly unseen: readonly string[];
  /** It has rows that stand in no relation, as many as it likes: of a function in FROM, or of WITH RECURSIVE. */
  readonly makesRows: boolean;
}

/** By id of each model. */
export type Lineage = ReadonlyMap<string, ModelLineage>;

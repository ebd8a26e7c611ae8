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

export interface ColumnOrigin extends ColumnRef {
  readonly how: Derivation;
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
}

/** By id of each model. */
export type Lineage = ReadonlyMap<string, ModelLineage>;

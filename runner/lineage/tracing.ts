import type { Node, SelectStmt } from '../compile/tree.ts';
import type { QueryRows, Scope } from './scope.ts';
import type { Value } from './value.ts';

/** A relation that a model reads: the node, and its columns, where they are known. */
export interface ReadRelation {
  readonly node: string;
  /** What may stand before its columns where it has no alias. */
  readonly name: string;
  readonly columns: readonly string[] | null;
}

/** How the parts of the resolver call each other: queries hold expressions, which hold queries. */
export interface Tracing {
  /** By placeholder: `ref:name`, `source:system.table`, `this:`. */
  readonly relation: (placeholder: string) => ReadRelation | undefined;
  /** Rows of a query that stands where `outer` may be named. */
  readonly query: (query: SelectStmt, outer: Scope) => QueryRows;
  readonly value: (expression: Node, scope: Scope) => Value;
  /** The name that PostgreSQL gives to a column without one. */
  readonly nameOf: (expression: Node, scope: Scope) => string;
}

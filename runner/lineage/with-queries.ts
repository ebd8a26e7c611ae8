import type { CommonTableExpr, Node, SelectStmt, WithClause } from '../compile/tree.ts';
import { namesIn, type QueryRows, renamed, type Scope } from './scope.ts';
import type { Tracing } from './tracing.ts';
import { type Field, isSame, made, NO_ROWS, NOTHING, together, type Value } from './value.ts';

/** The scope with the queries of a WITH clause in it; each is traced once, when it is first read. */
export function withQueries(tracing: Tracing, clause: WithClause | undefined, scope: Scope): Scope {
  if (!clause) return scope;
  const queries = new Map(scope.queries);
  for (const node of clause.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const { ctename = '' } = node.CommonTableExpr;
    // Only in WITH RECURSIVE may a query read itself or one that comes after it.
    const seen = clause.recursive ? queries : new Map(queries);
    queries.set(
      ctename,
      once(() => ofQuery(tracing, node.CommonTableExpr, { ...scope, queries: seen }, clause.recursive === true)),
    );
  }
  return { ...scope, queries };
}

function once(trace: () => QueryRows): () => QueryRows {
  let rows: QueryRows | undefined;
  let isOn = false;
  return () => {
    if (rows) return rows;
    const why = 'WITH queries that read each other';
    if (isOn) return { columns: [], open: [{ why }], decides: { from: [], unresolved: [why] } };
    isOn = true;
    rows = trace();
    return rows;
  };
}

function ofQuery(tracing: Tracing, cte: CommonTableExpr, scope: Scope, mayReadItself: boolean): QueryRows {
  const { ctename = '', ctequery, aliascolnames } = cte;
  if (!ctequery || !('SelectStmt' in ctequery)) {
    const why = `the WITH query ${ctename} is no SELECT`;
    return { columns: [], open: [{ why }], decides: { from: [], unresolved: [why] } };
  }
  const names = namesIn(aliascolnames);
  /** The query where its own name stands for the rows that are known of it so far. */
  const trace = (query: SelectStmt, own: QueryRows): QueryRows => {
    const queries = new Map(scope.queries).set(ctename, () => own);
    return renamed(tracing.query(query, { ...scope, queries }), names);
  };
  if (!mayReadItself || ctequery.SelectStmt.op !== 'SETOP_UNION')
    return renamed(tracing.query(ctequery.SelectStmt, scope), names);
  const { larg, withClause } = ctequery.SelectStmt;
  let rows = trace({ ...larg, ...(withClause ? { withClause } : {}) }, { ...NO_ROWS, decides: NOTHING });
  // Each turn adds columns that it comes from, until there are no more of them.
  for (let before: QueryRows | undefined; !before || !isSame(before, rows); ) {
    before = rows;
    rows = trace(ctequery.SelectStmt, before);
  }
  return { ...rows, columns: [...rows.columns, ...addedColumns(cte, rows.columns)] };
}

/** What SEARCH and CYCLE add to the columns of a query. */
function addedColumns(
  { search_clause: search, cycle_clause: cycle }: CommonTableExpr,
  columns: readonly Field[],
): readonly Field[] {
  const value = (nodes: readonly Node[] | undefined): Value =>
    made(
      'computed',
      together(namesIn(nodes).flatMap((name) => columns.find((column) => column.name === name)?.value ?? [])),
    );
  return [
    ...(search ? [{ name: search.search_seq_column ?? '', value: value(search.search_col_list) }] : []),
    ...(cycle
      ? [cycle.cycle_mark_column, cycle.cycle_path_column].map((name = '') => ({
          name,
          value: value(cycle.cycle_col_list),
        }))
      : []),
  ];
}

import { references } from '../compile/sql-references.ts';
import type { Node, SelectStmt } from '../compile/tree.ts';
import { columnName } from './column-name.ts';
import { traceExpression } from './expression.ts';
import { NO_SPACE, type QueryRows, type Scope } from './scope.ts';
import { traceSelect } from './select.ts';
import type { ReadRelation, Tracing } from './tracing.ts';
import type { ModelLineage } from './types.ts';
import { unseenIn } from './unseen.ts';
import { columnOf } from './value.ts';

/**
 * What the SQL of a query says of its columns. Never throws: what it can't tell is said in `unresolved`.
 * @param tree of one query, its relations as placeholders
 * @param relation what stands behind a placeholder (`ref:name`, `source:system.table`, `this:`)
 * @param expected names of columns to look for where the query does not tell which it has
 */
export function traceQuery(
  tree: Node,
  relation: (placeholder: string) => ReadRelation | undefined,
  expected: readonly string[] = [],
): ModelLineage {
  if (!('SelectStmt' in tree)) return untraced('it is no query');
  // A column's name may be that of a subquery's column: the subquery is traced once for both.
  const traced = new WeakMap<Scope, Map<SelectStmt, QueryRows>>();
  const tracing: Tracing = {
    relation,
    query(query, outer) {
      const within = traced.get(outer) ?? new Map<SelectStmt, QueryRows>();
      const rows = within.get(query) ?? traceSelect(tracing, query, outer);
      traced.set(outer, within.set(query, rows));
      return rows;
    },
    value: (expression, scope) => traceExpression(tracing, expression, scope),
    nameOf: (expression, scope) =>
      columnName(expression, (query) =>
        'SelectStmt' in query ? (tracing.query(query.SelectStmt, scope).columns[0]?.name ?? '') : '',
      ),
  };
  const rows = traceSelect(tracing, tree.SelectStmt, { space: NO_SPACE, queries: new Map() });
  const names = new Set(rows.columns.map(({ name }) => name));
  const further = rows.open.length === 0 ? [] : expected.filter((name) => !names.has(name));
  const columns = [...rows.columns, ...further.map((name) => ({ name, value: columnOf(rows, name, 'the query') }))];
  const { from, unresolved } = rows.decides;
  return {
    columns: columns.map(({ name, value }) => ({ column: name, from: value.from, unresolved: value.unresolved })),
    conditions: from.map(({ node, column }) => ({ node, column })),
    unresolved: [...new Set([...unresolved, ...rows.open.map(({ why }) => why)])],
    unseen: unseenIn(tree, (name) => relation(name) !== undefined),
    makesRows: references(tree).makesRows,
  };
}

/** Of SQL that can't be read nothing is known. */
export function untraced(why: string): ModelLineage {
  return { columns: [], conditions: [], unresolved: [why], unseen: [why], makesRows: true };
}

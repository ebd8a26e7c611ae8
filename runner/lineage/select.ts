import type { FuncCall, Node, ResTarget, SelectStmt } from '../compile/tree.ts';
import { expressionsIn } from './expression.ts';
import { traceFrom } from './from-clause.ts';
import { RECORD_MAKERS, ROW_MAKERS } from './functions.ts';
import { itemOf, namesIn, type QueryRows, type Scope } from './scope.ts';
import type { Tracing } from './tracing.ts';
import { type Field, NOTHING, type Rows, together, unresolved, type Value } from './value.ts';
import { withQueries } from './with-queries.ts';

/** What a query gives, and what decides which rows it has. */
export function traceSelect(tracing: Tracing, query: SelectStmt, outer: Scope): QueryRows {
  const scope = withQueries(tracing, query.withClause, outer);
  const rows =
    query.op !== undefined && query.op !== 'SETOP_NONE'
      ? ofSetOperation(tracing, query, scope)
      : query.valuesLists
        ? ofValues(tracing, query.valuesLists, scope)
        : ofSelect(tracing, query, scope);
  const { columns, open, scope: inside } = rows;
  const order = together((query.sortClause ?? []).map((node) => named(tracing, node, rows, inside, 'output')));
  return { columns, open, decides: together([rows.decides, ...ofLimit(tracing, query, inside, order)]), order };
}

/** Rows, and the scope of their ORDER BY. */
interface Sortable extends QueryRows {
  readonly scope: Scope;
}

function ofSelect(tracing: Tracing, query: SelectStmt, outer: Scope): Sortable {
  const { space, decides } = traceFrom(tracing, query.fromClause ?? [], outer);
  const windows = new Map(
    (query.windowClause ?? []).flatMap((node) => {
      if (!('WindowDef' in node)) return [];
      const { name = '', ...window } = node.WindowDef;
      return [[name, window] as const];
    }),
  );
  const scope: Scope = { space, queries: outer.queries, windows, outer };
  const targets = (query.targetList ?? []).flatMap((node) => ('ResTarget' in node ? [node.ResTarget] : []));
  const outputs = targets.map((target) => outputOf(tracing, target, scope));
  const rows: Rows = {
    columns: outputs.flatMap(({ columns }) => columns),
    open: outputs.flatMap(({ open }) => open),
  };
  const value = (node: Node | undefined): Value => (node ? tracing.value(node, scope) : NOTHING);
  return {
    ...rows,
    scope,
    decides: together([
      decides,
      value(query.whereClause),
      ...(query.groupClause ?? []).map((node) => named(tracing, node, rows, scope, 'input')),
      value(query.havingClause),
      ...ofDistinct(tracing, query, rows, scope),
      ...targets.flatMap(({ val }) => rowMakers(val).map(value)),
    ]),
  };
}

/** The columns of one entry of the select list. */
function outputOf(tracing: Tracing, { name, val }: ResTarget, scope: Scope): Rows {
  if (!val) return { columns: [], open: [] };
  if ('ColumnRef' in val && val.ColumnRef.fields?.some((field) => 'A_Star' in field)) {
    const relation = namesIn(val.ColumnRef.fields).at(-1);
    if (relation === undefined) return scope.space;
    return (
      itemOf(scope, relation) ?? { columns: [], open: [{ why: `no relation ${relation} is known for ${relation}.*` }] }
    );
  }
  if ('A_Indirection' in val && val.A_Indirection.indirection?.some((field) => 'A_Star' in field)) {
    const { arg } = val.A_Indirection;
    const { record, unresolved: words } = arg ? tracing.value(arg, scope) : NOTHING;
    return (
      record ?? { columns: [], open: [...words, 'which columns a record has is not known'].map((why) => ({ why })) }
    );
  }
  return { columns: [{ name: name ?? tracing.nameOf(val, scope), value: tracing.value(val, scope) }], open: [] };
}

/** Names in GROUP BY are those of columns that are read before those of the output; in ORDER BY and DISTINCT ON the other way round. */
function named(tracing: Tracing, node: Node, rows: Rows, scope: Scope, first: 'input' | 'output'): Value {
  if ('GroupingSet' in node)
    return together((node.GroupingSet.content ?? []).map((inner) => named(tracing, inner, rows, scope, first)));
  if ('SortBy' in node) return node.SortBy.node ? named(tracing, node.SortBy.node, rows, scope, first) : NOTHING;
  if ('A_Const' in node && node.A_Const.ival) return at(rows, (node.A_Const.ival.ival ?? 0) - 1);
  const [name, ...more] = 'ColumnRef' in node ? namesIn(node.ColumnRef.fields) : [];
  const outputs = more.length === 0 ? rows.columns.filter((column) => column.name === name) : [];
  const isInput = first === 'input' && scope.space.columns.some((column) => column.name === name);
  if (outputs.length === 0 || isInput) return tracing.value(node, scope);
  return together(outputs.map((column) => column.value));
}

function at({ columns, open }: Rows, index: number): Value {
  if (open.length > 0) return unresolved(...open.map(({ why }) => why));
  return columns[index]?.value ?? NOTHING;
}

function ofDistinct(tracing: Tracing, query: SelectStmt, rows: Rows, scope: Scope): readonly Value[] {
  const on = query.distinctClause?.filter((node) => Object.keys(node).length > 0);
  if (!on) return [];
  return on.length === 0 ? [allOf(rows)] : on.map((node) => named(tracing, node, rows, scope, 'output'));
}

function allOf({ columns, open }: Rows): Value {
  return together([...columns.map(({ value }) => value), ...open.map(({ why }) => unresolved(why))]);
}

/** Where only some of the rows are taken, their order decides which. */
function ofLimit(tracing: Tracing, query: SelectStmt, scope: Scope, order: Value): readonly Value[] {
  const limits = [query.limitCount, query.limitOffset].flatMap((node) => node ?? []);
  const takesAll = limits.every((node) => 'A_Const' in node && node.A_Const.isnull);
  const firstOfEach = query.distinctClause?.some((node) => Object.keys(node).length > 0);
  return takesAll && !firstOfEach ? [] : [...limits.map((node) => tracing.value(node, scope)), order];
}

/** Functions in a select list that make several rows of one. */
function rowMakers(node: Node | undefined): readonly Node[] {
  if (!node || 'SubLink' in node) return [];
  const makes = ({ funcname }: FuncCall): boolean => {
    const name = namesIn(funcname).at(-1) ?? '';
    return ROW_MAKERS.has(name) || RECORD_MAKERS.has(name);
  };
  if ('FuncCall' in node && makes(node.FuncCall)) return [node];
  return expressionsIn(Object.values(node)).flatMap(rowMakers);
}

function ofValues(tracing: Tracing, lists: readonly Node[], scope: Scope): Sortable {
  const rows = lists.map((node) => ('List' in node ? (node.List.items ?? []) : []));
  const columns = (rows[0] ?? []).map((_, index): Field => {
    const values = rows.flatMap((row) => row[index] ?? []).map((node) => tracing.value(node, scope));
    return { name: `column${index + 1}`, value: together(values) };
  });
  return { columns, open: [], decides: NOTHING, scope };
}

/** Columns go together by position. Of EXCEPT the second query only takes rows away. */
function ofSetOperation(tracing: Tracing, { larg, rarg, op, all }: SelectStmt, scope: Scope): Sortable {
  const sides = [larg, rarg].flatMap((side) => (side ? [tracing.query(side, scope)] : []));
  const [left = { columns: [], open: [], decides: NOTHING }, right = left] = sides;
  const words = sides.flatMap(({ open }) => open).map(({ why }) => `${why}: which column stands where is not known`);
  const columns = left.columns.map(({ name, value }, index): Field => {
    const other = op === 'SETOP_EXCEPT' ? NOTHING : (right.columns[index]?.value ?? NOTHING);
    return { name, value: together([value, other, unresolved(...words)]) };
  });
  const open = left.open;
  const decides = sides.map((side) => side.decides);
  if (op !== 'SETOP_UNION' || !all) decides.push(...sides.map(allOf));
  return { columns, open, decides: together(decides), scope };
}

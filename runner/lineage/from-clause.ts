import type { JoinExpr, Node, RangeVar } from '../compile/tree.ts';
import { expressionsIn } from './expression.ts';
import { functionRows } from './function-rows.ts';
import { joined, NO_SPACE, namesIn, type Scope, type Space, spaceOf } from './scope.ts';
import type { Tracing } from './tracing.ts';
import { columnOf, type Field, made, NOTHING, type Rows, together, unresolved, type Value } from './value.ts';

/** What a FROM clause brings into scope, and what of it decides which rows there are. */
export interface From {
  readonly space: Space;
  readonly decides: Value;
}

/** @param outer what may be named in it, beside what stands to the left of a LATERAL */
export function traceFrom(tracing: Tracing, items: readonly Node[], outer: Scope): From {
  return items.reduce<From>(
    (left, item) => {
      const right = traceItem(tracing, item, outer, left.space);
      return { space: joined(left.space, right.space), decides: together([left.decides, right.decides]) };
    },
    { space: NO_SPACE, decides: NOTHING },
  );
}

function traceItem(tracing: Tracing, item: Node, outer: Scope, left: Space): From {
  const lateral: Scope = { space: left, queries: outer.queries, outer };
  if ('RangeVar' in item) return traceRelation(tracing, item.RangeVar, outer);
  if ('JoinExpr' in item) return traceJoin(tracing, item.JoinExpr, outer, left);
  if ('RangeSubselect' in item) {
    const { subquery, alias, lateral: isLateral } = item.RangeSubselect;
    if (!subquery || !('SelectStmt' in subquery)) return unknown('a subquery that is no SELECT');
    const rows = tracing.query(subquery.SelectStmt, isLateral ? lateral : outer);
    return { space: spaceOf(rows, alias), decides: rows.decides };
  }
  if ('RangeFunction' in item) {
    const { alias } = item.RangeFunction;
    const rows = functionRows(tracing, item.RangeFunction, lateral);
    const names =
      item.RangeFunction.functions?.length === 1 ? functionName(tracing, item.RangeFunction.functions, lateral) : [];
    return { space: spaceOf(rows, alias, names), decides: rows.decides };
  }
  if ('RangeTableSample' in item) {
    const { relation, args = [] } = item.RangeTableSample;
    const from = relation ? traceItem(tracing, relation, outer, left) : { space: NO_SPACE, decides: NOTHING };
    return { ...from, decides: together([from.decides, ...args.map((arg) => tracing.value(arg, lateral))]) };
  }
  if ('JsonTable' in item || 'RangeTableFunc' in item) {
    const { alias, columns = [] } = 'JsonTable' in item ? item.JsonTable : item.RangeTableFunc;
    const inputs = expressionsIn(Object.values(item)).map((input) => tracing.value(input, lateral));
    const decides = made('computed', ...inputs);
    return { space: spaceOf({ columns: tableColumns(columns, decides), open: [] }, alias), decides };
  }
  return unknown(`a part of FROM that is not known: ${Object.keys(item)[0]}`);
}

function unknown(why: string): From {
  return { space: { ...NO_SPACE, open: [{ why }] }, decides: unresolved(why) };
}

function functionName(tracing: Tracing, functions: readonly Node[], scope: Scope): readonly string[] {
  const [list] = functions;
  const call = list && 'List' in list ? list.List.items?.[0] : undefined;
  return call ? [tracing.nameOf(call, scope)] : [];
}

function traceRelation(tracing: Tracing, { schemaname, relname = '', alias }: RangeVar, outer: Scope): From {
  const query = schemaname === undefined ? outer.queries.get(relname) : undefined;
  if (query) {
    const rows = query();
    return { space: spaceOf(rows, alias, [relname]), decides: rows.decides };
  }
  const read = schemaname === undefined ? tracing.relation(relname) : undefined;
  if (!read) {
    const why = `${[schemaname, relname].filter(Boolean).join('.')} is no relation of this project`;
    return { space: spaceOf({ columns: [], open: [{ why }] }, alias, [relname]), decides: unresolved(why) };
  }
  const { node, name, columns } = read;
  const why = `the columns of ${name} are not declared`;
  const rows: Rows = {
    columns: (columns ?? []).map((column) => ({
      name: column,
      value: { from: [{ node, column, how: 'copy' }], unresolved: [] },
    })),
    open: columns ? [] : [{ node, why }],
  };
  return { space: spaceOf(rows, alias, [name, relname]), decides: NOTHING };
}

function traceJoin(tracing: Tracing, join: JoinExpr, outer: Scope, before: Space): From {
  const { larg, rarg, quals, alias, join_using_alias: usingAlias } = join;
  if (!larg || !rarg) return unknown('a join without sides');
  const left = traceItem(tracing, larg, outer, before);
  const right = traceItem(tracing, rarg, outer, joined(before, left.space));
  const shared = join.isNatural ? naturalNames(left.space, right.space) : namesIn(join.usingClause);
  const sides = shared.map((name) => [left, right].map(({ space }) => columnOf(space, name, 'a side of the join')));
  const merged = shared.map((name, index): Field => ({ name, value: mergedValue(join, sides[index] ?? []) }));
  const rest = ({ space }: From): Space => ({
    ...space,
    columns: space.columns.filter(({ name }) => !shared.includes(name)),
  });
  const plain = joined(rest(left), rest(right));
  const columns = [...merged, ...plain.columns];
  const using =
    usingAlias?.aliasname === undefined ? [] : [{ names: [usingAlias.aliasname], columns: merged, open: [] }];
  const space: Space = { ...plain, columns, items: [...plain.items, ...using] };
  const scope: Scope = { space, queries: outer.queries, outer };
  const decides = [
    left.decides,
    right.decides,
    ...sides.flat(),
    ...(quals ? [tracing.value(quals, scope)] : []),
    ...(join.isNatural && space.open.length > 0
      ? [unresolved('a NATURAL JOIN with a relation whose columns are not known: its common columns')]
      : []),
  ];
  return { space: alias ? spaceOf(space, alias) : space, decides: together(decides) };
}

function naturalNames(left: Space, right: Space): readonly string[] {
  const names = new Set(right.columns.map(({ name }) => name));
  return left.columns.map(({ name }) => name).filter((name) => names.has(name));
}

/** As PostgreSQL takes it: from the side that is never filled up with NULL, of a full join from both. */
function mergedValue({ jointype }: JoinExpr, [left = NOTHING, right = NOTHING]: readonly Value[]): Value {
  if (jointype === 'JOIN_FULL') return made('computed', left, right);
  return jointype === 'JOIN_RIGHT' ? right : left;
}

/** Of JSON_TABLE and XMLTABLE, those of nested paths in the place of these. */
function tableColumns(columns: readonly Node[], value: Value): readonly Field[] {
  return columns.flatMap((node): readonly Field[] => {
    if ('RangeTableFuncCol' in node) {
      const { colname = '', for_ordinality: counts } = node.RangeTableFuncCol;
      return [{ name: colname, value: counts ? NOTHING : value }];
    }
    if (!('JsonTableColumn' in node)) return [];
    const { coltype, name = '', columns: nested = [] } = node.JsonTableColumn;
    if (coltype === 'JTC_NESTED') return tableColumns(nested, value);
    return [{ name, value: coltype === 'JTC_FOR_ORDINALITY' ? NOTHING : value }];
  });
}

import type { Node, RangeFunction } from '../compile/tree.ts';
import { RECORD_MAKERS, ROW_MAKERS } from './functions.ts';
import { namesIn, type Scope } from './scope.ts';
import type { Tracing } from './tracing.ts';
import { type Field, made, NOTHING, type Rows, together, unresolved, type Value } from './value.ts';

/** The rows of functions in a FROM clause, one beside the other, and what they are made of. */
export function functionRows(
  tracing: Tracing,
  { functions = [], alias, coldeflist, ordinality }: RangeFunction,
  scope: Scope,
): Rows & { readonly decides: Value } {
  const calls = functions.flatMap((item) => ('List' in item ? [item.List.items ?? []] : []));
  const single = calls.length === 1 ? alias?.aliasname : undefined;
  const each = calls.map(([call, defined]) => {
    const listed = definedColumns(coldeflist ?? (defined && 'List' in defined ? (defined.List.items ?? []) : []));
    return call ? rowsOf(tracing, call, listed, scope, single, namesIn(alias?.colnames)) : NO_CALL;
  });
  const counted: Field[] = ordinality ? [{ name: 'ordinality', value: NOTHING }] : [];
  return {
    columns: [...each.flatMap(({ columns }) => columns), ...counted],
    open: each.flatMap(({ open }) => open),
    decides: together(each.map(({ decides }) => decides)),
  };
}

type FunctionRows = Rows & { readonly decides: Value };

const NO_CALL: FunctionRows = { columns: [], open: [], decides: NOTHING };

function definedColumns(list: readonly Node[]): readonly string[] {
  return list.flatMap((node) => ('ColumnDef' in node ? (node.ColumnDef.colname ?? '') : []));
}

function rowsOf(
  tracing: Tracing,
  call: Node,
  listed: readonly string[],
  scope: Scope,
  alias: string | undefined,
  names: readonly string[],
): FunctionRows {
  const decides = tracing.value(call, scope);
  const value = made('computed', decides);
  const name = tracing.nameOf(call, scope);
  const rows = (columns: readonly Field[], ...words: readonly string[]): FunctionRows => ({
    columns,
    open: words.map((why) => ({ why })),
    decides: together([decides, unresolved(...words)]),
  });
  const columns = listed.length > 0 ? listed : RECORD_MAKERS.get(name);
  if (columns) return rows(columns.map((column) => ({ name: column, value })));
  const args = 'FuncCall' in call ? (call.FuncCall.args ?? []) : [];
  if (name === 'unnest' && args.length > 1)
    return rows(args.map((arg) => ({ name, value: made('computed', tracing.value(arg, scope)) })));
  const single = [{ name: alias ?? name, value }];
  if (!('FuncCall' in call) || ROW_MAKERS.has(name)) return rows(single);
  // Named one by one, columns are known whatever the function is.
  if (names.length > 0) return rows(names.map((column) => ({ name: column, value })));
  return rows(single, `which columns ${name}() gives is not known`);
}

import type { FuncCall, JsonArrayAgg, JsonObjectAgg, Node, SelectStmt, SubLink, WindowDef } from '../compile/tree.ts';
import { AGGREGATES, isQuestion, readsUnseen, showingOf } from './functions.ts';
import { itemOf, named, namesIn, type Scope } from './scope.ts';
import type { Tracing } from './tracing.ts';
import { chosen, columnOf, made, NOTHING, shown, together, unresolved, type Value, wholeRow } from './value.ts';

/** What the value of an expression is made of. */
export function traceExpression(tracing: Tracing, node: Node, scope: Scope): Value {
  const value = (inner: Node | undefined): Value => (inner ? tracing.value(inner, scope) : NOTHING);
  const all = (tree: unknown): readonly Value[] => expressionsIn(tree).map(value);
  if ('ColumnRef' in node) {
    const { fields } = node.ColumnRef;
    const names = namesIn(fields);
    const item = fields?.some((field) => 'A_Star' in field) ? itemOf(scope, names.at(-1) ?? '') : undefined;
    return item ? wholeRow(item) : named(scope, names);
  }
  if ('TypeCast' in node) return plain(value(node.TypeCast.arg));
  if ('CollateClause' in node) return value(node.CollateClause.arg);
  if ('FuncCall' in node) return ofCall(node.FuncCall);
  if ('CaseExpr' in node) {
    const { arg, args = [], defresult } = node.CaseExpr;
    const whens = args.flatMap((item) => ('CaseWhen' in item ? [item.CaseWhen] : []));
    const asked = shown('ask', 'computed', ...[arg, ...whens.map(({ expr }) => expr)].map(value));
    return chosen('computed', asked, ...[...whens.map(({ result }) => result), defresult].map(value));
  }
  if ('CoalesceExpr' in node) return chosen('computed', ...all(node.CoalesceExpr.args));
  if (isQuestion(node)) return shown('ask', 'computed', ...all(Object.values(node)));
  if ('JsonObjectAgg' in node) return made('aggregate', ...ofJsonAggregate(node.JsonObjectAgg));
  if ('JsonArrayAgg' in node) return made('aggregate', ...ofJsonAggregate(node.JsonArrayAgg));
  // Which columns a row is grouped by says nothing of their values.
  if ('GroupingFunc' in node) return NOTHING;
  if ('SubLink' in node) return ofSubquery(node.SubLink);
  if ('SelectStmt' in node) return collected(node.SelectStmt);
  if ('RowExpr' in node) {
    const args = (node.RowExpr.args ?? []).map(value);
    const columns = args.map((arg, index) => ({ name: `f${index + 1}`, value: arg }));
    return { ...made('computed', ...args), record: { columns, open: [] } };
  }
  if ('A_Indirection' in node) {
    const { arg, indirection = [] } = node.A_Indirection;
    const of = value(arg);
    const [field] = indirection;
    if (of.record && field && 'String' in field && indirection.length === 1)
      return columnOf(of.record, field.String.sval ?? '', 'the record');
    return made('computed', of, ...all(indirection));
  }
  return made('computed', ...all(Object.values(node)));

  function ofCall(call: FuncCall): Value {
    const { over } = call;
    const names = namesIn(call.funcname);
    const words = readsUnseen(names) ? [unresolved(`what ${names.join('.')}() reads is not known`)] : [];
    const parts = [...all([call.args, call.agg_filter]), ...words];
    const [order, window] = [all(call.agg_order), over ? ofWindow(over) : []];
    const how = isAggregate(call) ? 'aggregate' : 'computed';
    const shows = !over || isWhole(over) ? showingOf(names) : undefined;
    if (!shows) return made(how, ...parts, ...order, ...window);
    // By the groups of a sum its parts are told apart.
    if (shows === 'sum') return together([shown(shows, how, ...parts), made(how, ...order, ...window)]);
    return together([shown(shows, how, ...parts, ...window), made(how, ...order)]);
  }

  /** Its rows are folded all at once, not one after the other. */
  function isWhole({ name, refname, orderClause, frameOptions }: WindowDef): boolean {
    const base = scope.windows?.get(name ?? refname ?? '');
    return !orderClause && (frameOptions ?? DEFAULT_FRAME) === DEFAULT_FRAME && (!base || isWhole(base));
  }

  function ofJsonAggregate({ arg, constructor: fold }: JsonObjectAgg | JsonArrayAgg): readonly Value[] {
    return [...all([arg, fold?.agg_order, fold?.agg_filter]), ...(fold?.over ? ofWindow(fold.over) : [])];
  }

  function ofWindow({ name, refname, ...window }: WindowDef): readonly Value[] {
    const base = scope.windows?.get(name ?? refname ?? '');
    return [...all(window), ...(base ? ofWindow(base) : [])];
  }

  /** What decides on the rows of a subquery decides on a value here. */
  function ofSubquery({ subLinkType, subselect, testexpr }: SubLink): Value {
    if (!subselect || !('SelectStmt' in subselect)) return unresolved('a subquery that is no SELECT');
    if (subLinkType === 'EXISTS_SUBLINK') {
      // Whatever it selects is not looked at.
      return shown('ask', 'computed', tracing.query(subselect.SelectStmt, scope).decides);
    }
    if (subLinkType === 'ARRAY_SUBLINK') return collected(subselect.SelectStmt);
    if (subLinkType !== 'EXPR_SUBLINK') return shown('ask', 'computed', value(testexpr), ofRows(subselect.SelectStmt));
    const { columns, open, decides } = tracing.query(subselect.SelectStmt, scope);
    const [first] = columns;
    const words = open.map(({ why }) => unresolved(why));
    const of = together([first?.value ?? NOTHING, ...words, made('computed', decides)]);
    const record = first?.value.record;
    if (!record || record.open.length > 0) return of;
    const fields = record.columns.map((field) => ({
      name: field.name,
      value: together([field.value, made('computed', decides)]),
    }));
    return { ...of, record: { columns: fields, open: [] } };
  }

  function ofRows(query: SelectStmt): Value {
    const { columns, open, decides } = tracing.query(query, scope);
    const words = open.map(({ why }) => unresolved(why));
    return together([...columns.map((column) => column.value), ...words, made('computed', decides)]);
  }

  /** Rows as an array, whose order shows. */
  function collected(query: SelectStmt): Value {
    const { order = NOTHING, decides } = tracing.query(query, scope);
    return together([made('aggregate', ofRows(query)), made('computed', decides, order)]);
  }
}

/** FRAMEOPTION_DEFAULTS of PostgreSQL. */
const DEFAULT_FRAME = 1058;

/** The outermost expressions in a piece of the tree: what is named as the parser's own nodes are. */
export function expressionsIn(tree: unknown): readonly Node[] {
  if (Array.isArray(tree)) return tree.flatMap(expressionsIn);
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) =>
    /^[A-Z]/.test(key) ? [{ [key]: value } as unknown as Node] : expressionsIn(value),
  );
}

function isAggregate(call: FuncCall): boolean {
  const marks = [call.over, call.agg_filter, call.agg_order, call.agg_star, call.agg_distinct, call.agg_within_group];
  return marks.some(Boolean) || AGGREGATES.has(namesIn(call.funcname).at(-1) ?? '');
}

/** Cast to another type, a record's columns are its own no more. */
function plain({ from, unresolved: words }: Value): Value {
  return { from, unresolved: words };
}

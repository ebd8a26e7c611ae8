import type { Node } from '../compile/tree.ts';
import { namesIn } from './scope.ts';

interface Named {
  readonly name: string;
  /** A name by a cast or CASE gives way to one from within. */
  readonly isWeak: boolean;
}

/**
 * The name of an output column without AS, as PostgreSQL makes it (`FigureColname` in parse_target.c).
 * @param firstOf the name of a subquery's first column
 */
export function columnName(expression: Node, firstOf: (query: Node) => string): string {
  return figure(expression, firstOf)?.name ?? '?column?';
}

function figure(node: Node | undefined, firstOf: (query: Node) => string): Named | undefined {
  if (!node) return undefined;
  const strong = (name: string | undefined): Named | undefined =>
    name === undefined ? undefined : { name, isWeak: false };
  const weak = (within: Named | undefined, name: string | undefined): Named | undefined =>
    (within && !within.isWeak) || name === undefined ? within : { name, isWeak: true };
  if ('ColumnRef' in node) return strong(namesIn(node.ColumnRef.fields).at(-1));
  if ('FuncCall' in node) return strong(namesIn(node.FuncCall.funcname).at(-1));
  if ('A_Indirection' in node) {
    const name = namesIn(node.A_Indirection.indirection).at(-1);
    return name === undefined ? figure(node.A_Indirection.arg, firstOf) : strong(name);
  }
  if ('TypeCast' in node)
    return weak(figure(node.TypeCast.arg, firstOf), namesIn(node.TypeCast.typeName?.names).at(-1));
  if ('CaseExpr' in node) return weak(figure(node.CaseExpr.defresult, firstOf), 'case');
  if ('CollateClause' in node) return figure(node.CollateClause.arg, firstOf);
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : undefined;
  if ('SubLink' in node) {
    const { subLinkType, subselect } = node.SubLink;
    if (subLinkType === 'EXPR_SUBLINK') return strong(subselect && firstOf(subselect));
    return strong(subLinkType === 'EXISTS_SUBLINK' ? 'exists' : subLinkType === 'ARRAY_SUBLINK' ? 'array' : undefined);
  }
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest');
  if ('SQLValueFunction' in node) return strong(valueFunction(node.SQLValueFunction.op ?? ''));
  if ('XmlExpr' in node) {
    const { op = 'IS_XMLCONCAT' } = node.XmlExpr;
    return strong(op === 'IS_DOCUMENT' ? undefined : op.slice('IS_'.length).toLowerCase());
  }
  if ('JsonFuncExpr' in node) return strong(node.JsonFuncExpr.op?.slice(0, -'_OP'.length).toLowerCase());
  return strong(BY_KIND[Object.keys(node)[0] ?? '']);
}

/** `SVFOP_CURRENT_TIMESTAMP_N` → `current_timestamp` */
function valueFunction(op: string): string {
  return op.slice('SVFOP_'.length).replace(/_N$/, '').toLowerCase();
}

const BY_KIND: Readonly<Record<string, string>> = {
  GroupingFunc: 'grouping',
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  CoalesceExpr: 'coalesce',
  XmlSerialize: 'xmlserialize',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
};

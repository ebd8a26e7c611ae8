import type { Call } from '../compile/sql-references.ts';
import type { Node } from '../compile/tree.ts';
import { namesIn } from './scope.ts';
import type { Showing } from './types.ts';

/** PostgreSQL's own functions that fold rows; window functions are known by their OVER. */
export const AGGREGATES: ReadonlySet<string> = new Set(
  words(`any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist
    dense_rank every json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
    json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
    jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percent_rank percentile_cont percentile_disc
    range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg`),
);

/** Those that give rows of one column named after the function. */
export const ROW_MAKERS: ReadonlySet<string> = new Set(
  words(`generate_series generate_subscripts json_object_keys jsonb_object_keys jsonb_path_query jsonb_path_query_tz
    regexp_matches regexp_split_to_table string_to_table unnest`),
);

/** Those that give rows of columns with names of their own. */
export const RECORD_MAKERS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...['json_each', 'json_each_text', 'jsonb_each', 'jsonb_each_text'].map((name) => [name, ['key', 'value']] as const),
  ...['json', 'jsonb'].flatMap((type) => [
    [`${type}_array_elements`, ['value']] as const,
    [`${type}_array_elements_text`, ['value']] as const,
  ]),
  ['ts_parse', ['tokid', 'token']],
  ['ts_stat', ['word', 'ndoc', 'nentry']],
]);

/** Functions that read what stands in no FROM clause: what a text of SQL asks, a file, another server; and those of no known schema. */
export function readsUnseen(names: readonly string[]): boolean {
  const [name = '', schema = 'pg_catalog'] = names.toReversed();
  return schema !== 'pg_catalog' || UNSEEN.test(name);
}

/** Also what may stand in FROM without being known reads what nobody sees. */
export function isUnseen({ names, inFrom }: Call): boolean {
  const name = names.at(-1) ?? '';
  return readsUnseen(names) || (inFrom && !ROW_MAKERS.has(name) && !RECORD_MAKERS.has(name) && !TYPED.test(name));
}

/** What a function of PostgreSQL shows of its arguments, if it is less than all. */
export function showingOf(names: readonly string[]): Showing | undefined {
  return SHOWING[names.at(-1) ?? ''];
}

const SHOWING: Readonly<Record<string, Showing>> = {
  avg: 'sum',
  bool_and: 'ask',
  bool_or: 'ask',
  count: 'count',
  every: 'ask',
  sum: 'sum',
};

/** Whether an expression is true or false, whatever it is made of. */
export function isQuestion(node: Node): boolean {
  if (['NullTest', 'BooleanTest', 'BoolExpr'].some((kind) => kind in node)) return true;
  if (!('A_Expr' in node)) return false;
  const { kind = 'AEXPR_OP', name, lexpr } = node.A_Expr;
  if (kind === 'AEXPR_OP') return lexpr !== undefined && COMPARISONS.has(namesIn(name).at(-1) ?? '');
  return kind !== 'AEXPR_NULLIF';
}

const COMPARISONS: ReadonlySet<string> = new Set(words('= <> < <= > >= ~ ~* !~ !~* ~~ ~~* !~~ !~~*'));

/** Those whose columns are named where they stand. */
const TYPED = /^jsonb?_(to|populate)_record(set)?$/;

const UNSEEN =
  /^((cursor|database|query|schema|table)_to_xml|connectby|crosstab|dblink|get_raw_page|lo_|lo(read|write)$|pg_(?!column_size$|input_|size_pretty$|typeof$)|ts_(rewrite|stat)$|xpath_table$)/;

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}

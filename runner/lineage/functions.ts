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

const UNSEEN =
  /^((cursor|database|query|schema|table)_to_xml|dblink|lo_(get|import)$|pg_(ls|read)_|ts_(rewrite|stat)$)/;

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}

import { describe, expect, it } from 'vitest';
import { faultsIn } from './testing.ts';

const HEAD = 'dataset: ds/db/s/t\ncolumns: []\n';
const dataset = (check: string): string => `${HEAD}checks:\n  - ${check}\n`;
const column = (check: string): string => `dataset: ds/db/s/t\ncolumns:\n  - name: a\n    checks:\n      - ${check}\n`;
const threshold = (of: string): string => dataset(`row_count: {threshold: {${of}}}`);

/** The contract and the fault it has; the first is what one would write by mistake. */
const FAULTS: readonly (readonly [title: string, contract: string, fault: string])[] = [
  ['no map', '- a\n', 'CONTRACT_VALUE 1: the contract is not a map'],
  ['an empty file', '', 'CONTRACT_VALUE 1: the contract is not a map'],
  ['broken YAML', 'dataset: a\ncolumns: [\n', 'CONTRACT_YAML 3: '],
  ['a key twice', `${HEAD}columns: []\n`, 'CONTRACT_YAML 3: Map keys must be unique'],
  [
    'a variable without quotes in a flow map',
    `${HEAD}checks:\n  - row_count: {threshold: {must_be: \${var.N}}}\n`,
    'CONTRACT_YAML 4: ',
  ],
  ['an alias of nothing', dataset('row_count: *none'), 'CONTRACT_YAML 4: Unresolved alias'],
  ['no dataset', 'columns: []\n', 'CONTRACT_KEY_MISSING 1: the contract has no "dataset"'],
  [
    'a dataset of three parts',
    'dataset: ds/s/t\ncolumns: []\n',
    'CONTRACT_VALUE 1: wrong value for "dataset" of the contract',
  ],
  ['no columns', 'dataset: ds/db/s/t\n', 'CONTRACT_KEY_MISSING 1: the contract has no "columns"'],
  ['columns left empty', 'dataset: ds/db/s/t\ncolumns:\n', 'CONTRACT_KEY_MISSING 1: the contract has no "columns"'],
  ['another kind', `kind: other\n${HEAD}`, 'CONTRACT_VALUE 1: wrong value for "kind" of the contract'],
  ['a filter that is no text', `${HEAD}filter: 1\n`, 'CONTRACT_VALUE 3: wrong value for "filter" of the contract'],
  ['a column that is no map', 'dataset: ds/db/s/t\ncolumns: [a]\n', 'CONTRACT_VALUE 2: a column is not a map'],
  [
    'a column twice',
    'dataset: ds/db/s/t\ncolumns: [{name: a}, {name: a}]\n',
    'CONTRACT_COLUMN_TWICE 2: column "a" stands twice',
  ],
  [
    'a length in quotes',
    "dataset: ds/db/s/t\ncolumns: [{name: a, character_maximum_length: '5'}]\n",
    'CONTRACT_VALUE 2: wrong value for "character_maximum_length" of a column',
  ],
  ['an empty list of checks', `${HEAD}checks: []\n`, 'CONTRACT_CHECKS_EMPTY 3: a list of checks is not empty'],
  ['checks as a map', `${HEAD}checks: {row_count: }\n`, 'CONTRACT_VALUE 3: wrong value for "checks" of the contract'],
  ['a check without its colon', dataset('row_count'), 'CONTRACT_CHECK_SHAPE 4: a check is a map of one key, its type'],
  [
    'a check of two keys',
    dataset('{row_count: , schema: }'),
    'CONTRACT_CHECK_SHAPE 4: a check is a map of one key, its type',
  ],
  ['an empty item', dataset(''), 'CONTRACT_CHECK_SHAPE 4: a check is a map of one key, its type'],
  ['an unknown type', dataset('rowcount:'), 'CONTRACT_CHECK_UNKNOWN 4: "rowcount" is not a type of check'],
  [
    'a check of columns at the dataset',
    dataset('missing:'),
    'CONTRACT_CHECK_PLACE 4: check "missing" does not go under the dataset',
  ],
  [
    'a check of the dataset at a column',
    column('freshness: {column: a, threshold: {must_be: 1}}'),
    'CONTRACT_CHECK_PLACE 5: check "freshness" does not go under a column',
  ],
  ['a check that is a text', dataset('row_count: many'), 'CONTRACT_VALUE 4: check "row_count" is not a map'],
  [
    'a check twice',
    `${dataset('row_count:')}  - row_count: {name: other}\n`,
    'CONTRACT_CHECK_TWICE 5: check "row_count" stands twice at the dataset: nothing tells the two apart',
  ],
  [
    'a qualifier twice',
    `${dataset('row_count: {qualifier: x}')}  - row_count: {qualifier: x}\n`,
    'CONTRACT_CHECK_TWICE 5: check "row_count" stands twice at the dataset: nothing tells the two apart',
  ],
  [
    'a name that is no text',
    dataset('row_count: {name: 5}'),
    'CONTRACT_VALUE 4: wrong value for "name" of check "row_count"',
  ],
  [
    'yes for true',
    dataset('schema: {allow_extra_columns: yes}'),
    'CONTRACT_VALUE 4: wrong value for "allow_extra_columns" of check "schema"',
  ],
  [
    'two comparisons',
    threshold('must_be: 5, must_not_be: 3'),
    'CONTRACT_THRESHOLD 4: the threshold of check "row_count" has several comparisons',
  ],
  [
    'a number in quotes',
    threshold("must_be: '5'"),
    'CONTRACT_VALUE 4: wrong value for "must_be" of the threshold of check "row_count"',
  ],
  [
    'a threshold that is true',
    threshold('must_be: true'),
    'CONTRACT_VALUE 4: wrong value for "must_be" of the threshold of check "row_count"',
  ],
  [
    'an unknown level',
    threshold('level: warning'),
    'CONTRACT_VALUE 4: wrong value for "level" of the threshold of check "row_count"',
  ],
  [
    'a mistyped comparison',
    threshold('must_bee: 5'),
    'CONTRACT_KEY_UNKNOWN 4: "must_bee" is not a key of the threshold of check "row_count"',
  ],
  [
    'percent where there is none',
    threshold('metric: percent, must_be: 5'),
    'CONTRACT_KEY_UNKNOWN 4: "metric" is not a key of the threshold of check "row_count"',
  ],
  [
    'a unit where there is none',
    threshold('unit: hour, must_be: 5'),
    'CONTRACT_KEY_UNKNOWN 4: "unit" is not a key of the threshold of check "row_count"',
  ],
  [
    'between the same bounds',
    threshold('must_be_between: {greater_than: 5, less_than: 5}'),
    'CONTRACT_THRESHOLD 4: the bounds of "must_be_between" of the threshold of check "row_count" leave nothing between them',
  ],
  [
    'not between bounds the wrong way round',
    threshold('must_be_not_between: {greater_than: 2, less_than: 5}'),
    'CONTRACT_THRESHOLD 4: the bounds of "must_be_not_between" of the threshold of check "row_count" leave nothing between them',
  ],
  [
    'a range with one bound',
    threshold('must_be_between: {greater_than: 5}'),
    'CONTRACT_THRESHOLD 4: "must_be_between" of the threshold of check "row_count" needs one lower and one upper bound',
  ],
  [
    'a range as a list',
    threshold('must_be_between: [1, 2]'),
    'CONTRACT_VALUE 4: "must_be_between" of the threshold of check "row_count" is not a map',
  ],
  [
    'an additional threshold of the same level',
    threshold('must_be: 1, additional: {must_be: 2}'),
    'CONTRACT_THRESHOLD 4: a threshold and its additional one differ in level',
  ],
  [
    'an additional threshold alone',
    threshold('additional: {must_be: 2, level: warn}'),
    'CONTRACT_THRESHOLD 4: a threshold with an additional one states its own comparison',
  ],
  [
    'an additional threshold without comparison',
    threshold('must_be: 1, additional: {level: warn}'),
    'CONTRACT_THRESHOLD 4: an additional threshold has one comparison',
  ],
  [
    'missing_format without a name',
    column("missing: {missing_format: {regex: '^$'}}"),
    'CONTRACT_KEY_MISSING 5: "missing_format" of check "missing" has no "name"',
  ],
  [
    'missing values that are no list',
    column('missing: {missing_values: x}'),
    'CONTRACT_VALUE 5: wrong value for "missing_values" of check "missing"',
  ],
  [
    'no missing values at all',
    column('missing: {missing_values: []}'),
    'CONTRACT_VALUE 5: wrong value for "missing_values" of check "missing"',
  ],
  [
    'no column in a duplicate',
    dataset('duplicate: {columns: []}'),
    'CONTRACT_VALUE 4: wrong value for "columns" of check "duplicate"',
  ],
  ['a date for a map', dataset('row_count: 2024-01-01'), 'CONTRACT_VALUE 4: check "row_count" is not a map'],
  [
    'only null valid',
    column('invalid: {valid_values: [null]}'),
    'CONTRACT_VALUE 5: wrong value for "valid_values" of check "invalid"',
  ],
  ['invalid without a rule', column('invalid:'), 'CONTRACT_KEY_MISSING 5: check "invalid" does not say what is valid'],
  [
    'a bound that is a date',
    column('invalid: {valid_min: 2024-01-01}'),
    'CONTRACT_VALUE 5: wrong value for "valid_min" of check "invalid"',
  ],
  [
    'a reference without its column',
    column('invalid: {valid_reference_data: {dataset: ds/db/s/r}}'),
    'CONTRACT_KEY_MISSING 5: "valid_reference_data" of check "invalid" has no "column"',
  ],
  [
    'columns of a duplicate under a column',
    column('duplicate: {columns: [a, b]}'),
    'CONTRACT_KEY_UNKNOWN 5: "columns" is not a key of check "duplicate"',
  ],
  [
    'a duplicate of the dataset without columns',
    dataset('duplicate:'),
    'CONTRACT_KEY_MISSING 4: check "duplicate" of a dataset has no "columns"',
  ],
  [
    'an aggregate without a threshold',
    column('aggregate: {function: sum}'),
    'CONTRACT_THRESHOLD 5: check "aggregate" has no default threshold: one is to be stated',
  ],
  [
    'an unknown function',
    column('aggregate: {function: count, threshold: {must_be: 1}}'),
    'CONTRACT_VALUE 5: wrong value for "function" of check "aggregate"',
  ],
  [
    'a metric without a threshold',
    dataset('metric: {expression: sum(a)}'),
    'CONTRACT_THRESHOLD 4: check "metric" has no default threshold: one is to be stated',
  ],
  [
    'a metric with a level only',
    dataset('metric: {expression: sum(a), threshold: {level: warn}}'),
    'CONTRACT_THRESHOLD 4: check "metric" has no default threshold: one is to be stated',
  ],
  [
    'a metric without a source',
    dataset('metric: {threshold: {must_be: 1}}'),
    'CONTRACT_KEY_MISSING 4: check "metric" has none of expression, query',
  ],
  [
    'failed rows without a source',
    dataset('failed_rows:'),
    'CONTRACT_KEY_MISSING 4: check "failed_rows" has none of expression, query, keys_query',
  ],
  [
    'failed rows of two sources',
    dataset('failed_rows: {expression: a, query: select 1}'),
    'CONTRACT_KEY_MISSING 4: check "failed_rows" has expression and query',
  ],
  [
    'failed rows of a query in percent of nothing',
    dataset('failed_rows: {query: select 1, threshold: {metric: percent, must_be: 0}}'),
    'CONTRACT_KEY_MISSING 4: check "failed_rows" in percent of a query needs the number of rows tested',
  ],
  [
    'freshness without a column',
    dataset('freshness: {threshold: {must_be: 1}}'),
    'CONTRACT_KEY_MISSING 4: check "freshness" has no "column"',
  ],
  [
    'freshness in seconds',
    dataset('freshness: {column: a, threshold: {unit: second, must_be: 1}}'),
    'CONTRACT_VALUE 4: wrong value for "unit" of the threshold of check "freshness"',
  ],
  [
    'a now_variable that nobody gives',
    dataset('freshness: {column: a, now_variable: NOW, threshold: {must_be: 1}}'),
    'CONTRACT_VALUE 4: wrong value for "now_variable" of check "freshness"',
  ],
];

describe('refused, with its place:', () => {
  it.each(FAULTS)('%s', (_title, contract, fault) => {
    const faults = faultsIn(contract);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });
});

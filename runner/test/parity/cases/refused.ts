import { type Case, refused } from './case.ts';

const HEAD = 'dataset: ds/db/s/t\ncolumns: []\n';
const dataset = (check: string): string => `${HEAD}checks:\n  - ${check}\n`;
const column = (check: string): string => `dataset: ds/db/s/t\ncolumns:\n  - name: a\n    checks:\n      - ${check}\n`;
const threshold = (of: string): string => dataset(`row_count: {threshold: {${of}}}`);

type Refusal = readonly [title: string, contract: string, fault: string, soda?: string];

/** The contract and the fault it has; the first is what one would write by mistake. */
const FAULTS: readonly Refusal[] = [
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
    'PASSED',
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
    'a column with a double quote',
    `dataset: ds/db/s/t\ncolumns: [{name: 'a"b'}]\n`,
    'CONTRACT_VALUE 2: wrong value for "name" of a column',
    'PASSED',
  ],
  [
    'a column with a backslash',
    'dataset: ds/db/s/t\ncolumns: [{name: a\\b}]\n',
    'CONTRACT_VALUE 2: wrong value for "name" of a column',
    'PASSED',
  ],
  [
    'a table with a double quote',
    `dataset: 'ds/db/s/a"b'\ncolumns: []\n`,
    'CONTRACT_VALUE 1: wrong value for "dataset" of the contract',
  ],
  [
    'a duplicate of a column with a double quote',
    dataset(`duplicate: {columns: ['a"b']}`),
    'CONTRACT_VALUE 4: wrong value for "columns" of check "duplicate"',
    'ERROR: NOT_EVALUATED',
  ],
  [
    'a length in quotes',
    "dataset: ds/db/s/t\ncolumns: [{name: a, character_maximum_length: '5'}]\n",
    'CONTRACT_VALUE 2: wrong value for "character_maximum_length" of a column',
  ],
  ['an empty list of checks', `${HEAD}checks: []\n`, 'CONTRACT_CHECKS_EMPTY 3: a list of checks is not empty'],
  ['checks left empty', `${HEAD}checks:\n`, 'CONTRACT_CHECKS_EMPTY 3: a list of checks is not empty', 'PASSED'],
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
    'NOT_EVALUATED 0',
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
    'FAILED 0',
  ],
  [
    'a threshold of infinity',
    threshold('must_be_less_than: .inf'),
    'CONTRACT_VALUE 4: wrong value for "must_be_less_than" of the threshold of check "row_count"',
    'PASSED 0',
  ],
  [
    'a threshold that is no number',
    threshold('must_be_less_than: .nan'),
    'CONTRACT_VALUE 4: wrong value for "must_be_less_than" of the threshold of check "row_count"',
    'FAILED 0',
  ],
  ['an empty dataset filter', `${HEAD}filter: ''\n`, 'CONTRACT_VALUE 3: wrong value for "filter" of the contract'],
  [
    'an unknown level',
    threshold('level: warning'),
    'CONTRACT_VALUE 4: wrong value for "level" of the threshold of check "row_count"',
    'FAILED 0',
  ],
  [
    'a mistyped comparison',
    threshold('must_bee: 5'),
    'CONTRACT_KEY_UNKNOWN 4: "must_bee" is not a key of the threshold of check "row_count"',
    'FAILED 0',
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
    'ERROR: NOT_EVALUATED',
  ],
  [
    'no column in a duplicate',
    dataset('duplicate: {columns: []}'),
    'CONTRACT_VALUE 4: wrong value for "columns" of check "duplicate"',
    'ERROR: NOT_EVALUATED',
  ],
  ['a date for a map', dataset('row_count: 2024-01-01'), 'CONTRACT_VALUE 4: check "row_count" is not a map'],
  [
    'only null valid',
    column('invalid: {valid_values: [null]}'),
    'CONTRACT_VALUE 5: wrong value for "valid_values" of check "invalid"',
    'ERROR: NOT_EVALUATED',
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
    'PASSED 0',
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
    'ERROR: FAILED',
  ],
  [
    'a check without a blank behind its colon',
    dataset('{row_count:}'),
    'CONTRACT_CHECK_SHAPE 4: the colon and the bracket stand together',
  ],
  [
    'a time without quotes',
    column('missing: {missing_values: [2024-01-01T10:00:00Z]}'),
    'CONTRACT_VALUE 5: wrong value for "missing_values" of check "missing"',
    'ERROR: NOT_EVALUATED',
  ],
  [
    'an equals sign without quotes',
    column('invalid: {valid_values: [<, =]}'),
    'CONTRACT_VALUE 5: wrong value for "valid_values" of check "invalid"',
  ],
  [
    'an unknown key of the contract',
    `${HEAD}colums: []\n`,
    'CONTRACT_KEY_UNKNOWN 3: "colums" is not a key of the contract',
    'PASSED',
  ],
  [
    'an unknown key of a column',
    'dataset: ds/db/s/t\ncolumns: [{name: a, datatype: text}]\n',
    'CONTRACT_KEY_UNKNOWN 2: "datatype" is not a key of a column',
    'PASSED',
  ],
  [
    'a scope, which is of Soda Cloud',
    `${HEAD}scopes: {a: {filter: a > 1}}\n`,
    'CONTRACT_KEY_UNKNOWN 3: "scopes" is not a key of the contract',
  ],
  [
    'the keys of a keys_query, which are of Soda Cloud',
    dataset('failed_rows: {keys_query: select 1, key_column_mapping: {a: b}}'),
    'CONTRACT_KEY_UNKNOWN 4: "key_column_mapping" is not a key of check "failed_rows"',
    'FAILED 1',
  ],
  [
    'an unknown key of a check',
    dataset('row_count: {filtr: a > 1}'),
    'CONTRACT_KEY_UNKNOWN 4: "filtr" is not a key of check "row_count"',
    'FAILED 0',
  ],
  [
    'an option of schema that does not exist',
    dataset('schema: {allow_extra: true}'),
    'CONTRACT_KEY_UNKNOWN 4: "allow_extra" is not a key of check "schema"',
    'FAILED 1',
  ],
  [
    'a variable that is not declared',
    `${HEAD}filter: a < \${var.N}\n`,
    'CONTRACT_VARIABLE_UNKNOWN 3: variable "var.N" is not declared',
  ],
  [
    'a variable of soda that does not exist',
    `${HEAD}filter: a < \${soda.NEVER}\n`,
    'CONTRACT_VARIABLE_UNKNOWN 3: variable "soda.NEVER" is not declared',
  ],
  [
    'a variable of the environment',
    `${HEAD}filter: a < \${env.HOME_OF_NOBODY}\n`,
    'CONTRACT_VARIABLE_UNKNOWN 3: a contract does not read the environment',
  ],
  [
    'a text for a number, by a variable',
    `${HEAD}variables: {N: {default: '6'}}\nchecks: [{row_count: {threshold: {must_be: '\${var.N}'}}}]\n`,
    'CONTRACT_VALUE 4: wrong value for "must_be" of the threshold of check "row_count"',
  ],
  [
    'a variable without value and default',
    `${HEAD}variables: {N: {type: number}}\n`,
    'CONTRACT_VARIABLE_VALUE 3: variable "N" has no value and no default',
  ],
  [
    'a variable without anything',
    `${HEAD}variables:\n  N:\n`,
    'CONTRACT_VARIABLE_VALUE 4: variable "N" has no value and no default',
  ],
  [
    'a variable defined by itself',
    `${HEAD}variables: {N: {default: 'x\${var.N}'}}\n`,
    'CONTRACT_VARIABLE_VALUE 3: variable "N" is defined by itself',
    'PASSED',
  ],
  [
    'a mistyped key of a variable',
    `${HEAD}variables: {N: {default: 1, requird: true}}\n`,
    'CONTRACT_KEY_UNKNOWN 3: "requird" is not a key of variable "N"',
    'PASSED',
  ],
  [
    'a date for a variable',
    `${HEAD}variables: {N: {default: 2024-01-01}}\n`,
    'CONTRACT_VALUE 3: wrong value for "default" of variable "N"',
  ],
  ['variables as a list', `${HEAD}variables: [a]\n`, 'CONTRACT_VALUE 3: "variables" is not a map'],
  ...[
    'timestamptz',
    'timetz',
    'time',
    'bool',
    'float',
    'bpchar',
    'varbit',
    'serial',
    'bigserial',
    'name',
    'integer[]',
    'varchar(20)',
    'char (3)',
    'numeric(10, 2)',
    'timestamp(3)',
    'timestamp(3) with time zone',
    'bit(3)',
  ].map(
    (type): Refusal => [
      `type ${type}`,
      `dataset: ds/db/s/t\ncolumns: [{name: a, data_type: '${type}'}]\nchecks: [{schema: }]\n`,
      `CONTRACT_TYPE 2: a column is never of type "${type}"`,
      'FAILED 1',
    ],
  ),
  [
    'a name of a variable with a hyphen',
    `${HEAD}variables: {a-b: {default: 1}}\nfilter: a < \${var.a-b}\n`,
    'CONTRACT_VARIABLE_UNKNOWN 4: this is not how a variable is used',
  ],
  [
    'a level in capitals',
    threshold('level: WARN'),
    'CONTRACT_VALUE 4: wrong value for "level" of the threshold of check "row_count"',
    'WARN 0',
  ],
  [
    'a length with decimals',
    column('invalid: {valid_length: 1.5}'),
    'CONTRACT_VALUE 5: wrong value for "valid_length" of check "invalid"',
    'PASSED 0',
  ],
  [
    'a bound that is true',
    column('invalid: {valid_min: true}'),
    'CONTRACT_VALUE 5: wrong value for "valid_min" of check "invalid"',
    'ERROR: NOT_EVALUATED',
  ],
  [
    'a metric of two sources',
    dataset('metric: {expression: sum(a), query: select 1, threshold: {must_be: 1}}'),
    'CONTRACT_KEY_MISSING 4: check "metric" has expression and query',
    'NOT_EVALUATED',
  ],
  [
    'an empty query',
    dataset("failed_rows: {query: ''}"),
    'CONTRACT_VALUE 4: wrong value for "query" of check "failed_rows"',
  ],
  [
    'an empty expression',
    dataset("metric: {expression: ' ', threshold: {must_be: 1}}"),
    'CONTRACT_VALUE 4: wrong value for "expression" of check "metric"',
  ],
  [
    'an empty query of rows tested',
    dataset("failed_rows: {query: select 1, rows_tested_query: ''}"),
    'CONTRACT_VALUE 4: wrong value for "rows_tested_query" of check "failed_rows"',
    'FAILED 1',
  ],
  [
    'a schema check at a column',
    column('schema:'),
    'CONTRACT_CHECK_PLACE 5: check "schema" does not go under a column',
    'FAILED 1',
  ],
  [
    'an aggregate at the dataset',
    dataset('aggregate: {function: sum, threshold: {must_be: 1}}'),
    'CONTRACT_CHECK_PLACE 4: check "aggregate" does not go under the dataset',
  ],
  [
    'invalid values of the dataset',
    dataset('invalid: {valid_values: [1]}'),
    'CONTRACT_CHECK_PLACE 4: check "invalid" does not go under the dataset',
  ],
  [
    'values of a metric',
    column('metric: {expression: sum(a), missing_values: [1], threshold: {must_be: 1}}'),
    'CONTRACT_KEY_UNKNOWN 5: "missing_values" is not a key of check "metric"',
    'NOT_EVALUATED',
  ],
  [
    'a parameter of no type',
    'dataset: ds/db/s/t\ncolumns: [{name: a, character_maximum_length: 5}]\nchecks: [{schema: }]\n',
    'CONTRACT_TYPE 2: "character_maximum_length" is not compared for a column without "data_type"',
    'PASSED 0',
  ],
  [
    'the precision of integers',
    'dataset: ds/db/s/t\ncolumns: [{name: a, data_type: integer, numeric_precision: 5}]\n',
    'CONTRACT_TYPE 2: "numeric_precision" is not compared for type "integer"',
  ],
  ...[
    'data_type: text, character_maximum_length: 5',
    'data_type: time without time zone, datetime_precision: 2',
    'data_type: mood, numeric_scale: 1',
  ].map(
    (keys): Refusal => [
      `a parameter in ${keys}`,
      `dataset: ds/db/s/t\ncolumns: [{name: a, ${keys}}]\nchecks: [{schema: }]\n`,
      'is not compared for',
      'FAILED 1',
    ],
  ),
];

export const REFUSED: readonly Case[] = FAULTS.map(([title, text, fault, soda]) => {
  const reason = /never of type|not compared/.test(fault) ? 'no-such-type' : 'strict-reading';
  return refused(title, text, fault, { setup: 'create table t (a int)', ...(soda && { differs: [reason, soda] }) });
});

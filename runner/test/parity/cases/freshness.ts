import { type Case, contract, dataset, EMPTY } from './case.ts';

/** The clock of all cases stands at 2024-01-04 10:00 UTC. */
const at = (type: string, ...values: readonly string[]): string =>
  `create table t (x ${type}); insert into t values ${values.map((value) => `('${value}')`).join(', ')}`;
const fresh = (unit = 'hour'): string => `freshness: {column: x, threshold: {unit: ${unit}, must_be_greater_than: -1}}`;

export const FRESHNESS: readonly Case[] = [
  dataset('is the age in hours of the latest time', 'freshness: {column: ts, threshold: {must_be: 24}}', 'PASSED 24'),
  dataset('may be in days', 'freshness: {column: ts, threshold: {unit: day, must_be: 1}}', 'PASSED 1'),
  dataset('may be in minutes', 'freshness: {column: ts, threshold: {unit: minute, must_be: 1440}}', 'PASSED 1440'),
  dataset('fails when too old', 'freshness: {column: ts, threshold: {must_be_less_than: 24}}', 'FAILED 24'),
  dataset('may warn', 'freshness: {column: ts, threshold: {level: warn, must_be_less_than: 24}}', 'WARN 24'),
  dataset('keeps to its filter', 'freshness: {column: ts, filter: id = 1, threshold: {must_be: 72}}', 'PASSED 72'),
  dataset('keeps to the dataset filter', 'freshness: {column: ts, threshold: {must_be: 72}}', 'PASSED 72', {
    top: 'filter: id = 1\n',
  }),
  dataset('takes a date as its midnight in UTC', fresh(), 'PASSED 34', { setup: at('date', '2024-01-03') }),
  dataset(
    'is negative for a time to come',
    'freshness: {column: d, filter: id = 2, threshold: {unit: minute, must_be: -39720}}',
    'PASSED -39720',
  ),
  dataset('takes a timestamp without zone as UTC', fresh(), 'PASSED 2.5', {
    setup: at('timestamp', '2024-01-04 07:30'),
  }),
  dataset('takes a timestamp of another zone as it is', fresh(), 'PASSED 2', {
    setup: at('timestamptz', '2024-01-04 10:00+02'),
  }),
  dataset('counts whole seconds, rounded down', fresh('minute'), 'PASSED 0.016666666666666666', {
    setup: at('timestamptz', '2024-01-04 09:59:58.1Z'),
  }),
  dataset('rounds down for a time to come too', fresh('minute'), 'PASSED -0.016666666666666666', {
    setup: at('timestamptz', '2024-01-04 10:00:00.4Z'),
  }),
  dataset('counts microseconds', fresh('minute'), 'PASSED 0.016666666666666666', {
    setup: at('timestamptz', '2024-01-04 09:59:58.000001Z'),
  }),
  dataset('is not a round number of days', fresh('day'), 'PASSED 0.3333333333333333', {
    setup: at('timestamptz', '2024-01-04 02:00Z'),
  }),
  dataset('reads an ISO text', fresh(), 'PASSED 10', { setup: at('text', '2024-01-04T00:00:00') }),
  dataset('reads an ISO text with Z', fresh(), 'PASSED 9', { setup: at('text', '2024-01-04T01:00:00Z') }),
  dataset('reads an ISO text with a zone', fresh(), 'PASSED 12', {
    setup: at('varchar(40)', '2024-01-04 00:00:00+02:00'),
  }),
  dataset('reads a text that is a date', fresh(), 'PASSED 34', { setup: at('text', '2024-01-03') }),
  dataset('reads a text without seconds', fresh(), 'PASSED 9', { setup: at('text', '2024-01-04 01:00') }),
  dataset('takes the last text in the order of texts', fresh(), 'PASSED 10', {
    setup: at('text', '2024-01-04', '2023-12-31'),
  }),
  dataset('fails on a text that is no time', fresh(), 'ERROR: FAILED', { setup: at('text', 'yesterday') }),
  dataset('fails on a time of day in a text', fresh(), 'ERROR: FAILED', { setup: at('text', '10:00') }),
  dataset('fails on a day that does not exist', fresh(), 'ERROR: FAILED', { setup: at('text', '2024-02-30') }),
  dataset('fails on what is no time', 'freshness: {column: n, threshold: {must_be_less_than: 2}}', 'ERROR: FAILED'),
  dataset('fails on a time of day', fresh(), 'ERROR: FAILED', { setup: at('time', '10:00') }),
  dataset(
    'takes an expression for the column',
    'freshness: {column: x, column_expression: "x + interval \'1 hour\'", threshold: {must_be: 1}}',
    'PASSED 1',
    {
      setup: at('timestamptz', '2024-01-04 08:00Z'),
    },
  ),
  dataset(
    'fails without rows, at level warn too',
    'freshness: {column: ts, threshold: {level: warn, must_be_less_than: 2}}',
    'FAILED',
    { setup: EMPTY },
  ),
  dataset(
    'fails where its filter leaves no row',
    "freshness: {column: ts, filter: 'false', threshold: {must_be_less_than: 2}}",
    'FAILED',
  ),
  dataset('fails where all is NULL', fresh(), 'FAILED', {
    setup: 'create table t (x timestamptz); insert into t values (null)',
  }),
  dataset(
    'fails when its query is refused',
    'freshness: {column: nothing, threshold: {must_be_less_than: 2}}',
    'ERROR: FAILED',
  ),
  dataset(
    'fails when a query that it shares is refused',
    'freshness: {column: ts, threshold: {must_be_less_than: 2}}\n  - failed_rows: {expression: nothing}',
    'ERROR: FAILED, NOT_EVALUATED',
  ),
  dataset('fails on infinity', fresh(), 'ERROR: FAILED', { setup: at('timestamptz', 'infinity') }),
  dataset(
    'takes the verdict of others with infinity',
    'row_count:\n  - freshness: {column: x, threshold: {must_be: 1}}',
    'ERROR: PASSED 1, FAILED',
    {
      setup: at('timestamptz', 'infinity'),
      differs: ['times-of-python', 'ERROR: NOT_EVALUATED, FAILED'],
    },
  ),
  dataset('fails on a date that is infinity', fresh(), 'ERROR: FAILED', { setup: at('date', 'infinity') }),
  dataset('fails on a year before our era', fresh(), 'ERROR: FAILED', { setup: at('timestamp', '0044-03-15 BC') }),
  dataset('fails on a year of five digits', fresh(), 'ERROR: FAILED', { setup: at('timestamp', '12024-01-01') }),
  dataset('takes an old year', fresh('day'), 'PASSED 738888.4166666666', { setup: at('timestamp', '0001-01-01') }),
  dataset(
    'takes now from a variable',
    'freshness: {column: ts, now_variable: AT, threshold: {must_be: 48}}',
    'PASSED 48',
    {
      top: "variables: {AT: {default: '2024-01-05T10:00:00Z'}}\n",
    },
  ),
  dataset(
    'takes now from a variable that was given',
    'freshness: {column: ts, now_variable: AT, threshold: {must_be: 14}}',
    'PASSED 14',
    {
      top: "variables: {AT: {default: '2024-01-05T10:00:00Z'}}\n",
      variables: { AT: '2024-01-04' },
    },
  ),
  dataset(
    'takes NOW without declaration',
    'freshness: {column: ts, now_variable: NOW, threshold: {must_be: 48}}',
    'PASSED 48',
    {
      variables: { NOW: '2024-01-05T10:00:00Z' },
    },
  ),
  dataset(
    'takes now in another zone',
    'freshness: {column: ts, now_variable: AT, threshold: {must_be: 22}}',
    'PASSED 22',
    {
      top: "variables: {AT: {default: '2024-01-04T10:00:00+02:00'}}\n",
    },
  ),
  dataset('takes no fraction of a text with Z', fresh('minute'), 'PASSED 0.016666666666666666', {
    setup: at('text', '2024-01-04T09:59:59.900Z'),
  }),
  dataset('takes the fraction of a text with a zone', fresh('minute'), 'PASSED 0', {
    setup: at('text', '2024-01-04T09:59:59.900+00:00'),
  }),
  dataset('quotes the name of its column', 'freshness: {column: "Mis à jour", threshold: {must_be: 1}}', 'PASSED 1', {
    setup: `create table t ("Mis à jour" timestamptz); insert into t values ('2024-01-04 09:00Z')`,
  }),
  contract(
    'may be asked twice',
    `columns: []
checks:
  - freshness: {column: ts, qualifier: a, threshold: {must_be: 24}}
  - freshness: {column: d, qualifier: b, threshold: {unit: day, must_be_less_than: 0}}
`,
    'PASSED 24, PASSED -87.58333333333333',
  ),
];

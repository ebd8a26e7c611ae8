import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../adapters/types.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { outcomeOf, runCase, type UnitTestCase } from '../test/unit-test-case.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database?.drop());

const P = { p: '{name: id, data_type: bigint}, {name: amount, data_type: numeric}, {name: day, data_type: date}' };
/** A model that gives the rows of p as they are. */
const copy = (tests: string, more: Partial<UnitTestCase> = {}): Promise<string> =>
  outcomeOf(db, { sql: "select * from {{ ref('p') }}", tests, contracts: P, ...more });

describe('the inputs of a unit test', () => {
  it('have the types of their contract, and NULL where a row names no column', async () => {
    const sql = "select pg_typeof(id)::text || pg_typeof(amount) || pg_typeof(day) as types, day from {{ ref('p') }}";
    const tests = '[{name: t, given: {p: [{id: 1, amount: 2.50}]}, expect: [{types: bigintnumericdate, day: null}]}]';
    expect(await copy(tests, { sql })).toBe('PASSED');
  });

  it('that are not given are empty, typed all the same', async () => {
    const sql = "select count(*) as n, sum(amount) as s from {{ ref('p') }} where day > date '2026-01-01'";
    expect(await copy('[{name: t, expect: [{n: 0, s: null}]}]', { sql })).toBe('PASSED');
  });

  it('keep a number as it is written', async () => {
    const sql = "select amount::text as written from {{ ref('p') }}";
    expect(await copy('[{name: t, given: {p: [{amount: 1.10}]}, expect: [{written: "1.10"}]}]', { sql })).toBe(
      'PASSED',
    );
  });

  it('may be a CSV, in which an empty cell is NULL and "" an empty text', async () => {
    const tests =
      '- name: t\n  given:\n    q: |\n      a, b\n      1,\n      2, ""\n  expect: |\n    a, b\n    1,\n    2, ""\n';
    expect(await copy(tests, { sql: "select * from {{ ref('q') }}" })).toBe('PASSED');
  });

  it('have a row for each map, an empty one being all NULL', async () => {
    const sql =
      "select count(*) as n, count(id) as ids, (select count(*) from {{ ref('q') }}) as q from {{ ref('p') }}";
    expect(
      await copy('[{name: t, given: {p: [{}, {id: 1}], q: [{}, {}]}, expect: [{n: 2, ids: 1, q: 2}]}]', { sql }),
    ).toBe('PASSED');
  });

  it('without a contract and without rows have the columns of a header', async () => {
    const sql = "select count(*) as n from {{ ref('q') }} where a = 'x' and b > 1";
    expect(await copy('[{name: t, given: {q: "a, b::integer"}, expect: [{n: 0}]}]', { sql })).toBe('PASSED');
  });

  it('of a source are texts, with the columns that landing adds', async () => {
    const sql = "select a || pg_typeof(row_number) as x, batch_id + 1 as next, loaded_at from {{ source('s', 't') }}";
    const tests =
      '[{name: t, given: {s.t: [{a: 01, row_number: 2, batch_id: 7}]}, expect: [{x: 01integer, next: 8, loaded_at: null}]}]';
    expect(await copy(tests, { sql })).toBe('PASSED');
  });

  it('without a contract are texts, unless the column says a type', async () => {
    const sql = "select pg_typeof(a) || ' ' || pg_typeof(b) as types from {{ ref('q') }}";
    const tests = '[{name: t, given: {q: [{a: 1, "b::integer": 1}]}, expect: [{types: text integer}]}]';
    expect(await copy(tests, { sql })).toBe('PASSED');
  });

  it('may be a seed, lists may be arrays and maps JSON', async () => {
    const sql = "select a, array_length(tags, 1) as n, more->'x'->>0 as x from {{ ref('codes') }}, {{ ref('q') }}";
    const tests =
      '[{name: t, given: {codes: [{a: k}], q: [{"tags::text[]": [a, "b,c"], "more::jsonb": {x: [1.10]}}]}, expect: [{a: k, n: 2, x: "1.10"}]}]';
    expect(await copy(tests, { sql })).toBe('PASSED');
  });

  it('are found whatever SQL calls them: by an alias, by their own name, or as a CTE of that name', async () => {
    const sql =
      "-- after {{ ref('q') }}\nwith p as (select id from {{ ref('p') }} where p.id > 1), q as (select * from {{ ref('p') }}) select p.id, q.amount from p join q using (id)";
    const tests = '[{name: t, given: {p: [{id: 1}, {id: 2, amount: 3}]}, expect: [{id: 2, amount: 3}]}]';
    expect(await copy(tests, { sql })).toBe('PASSED');
  });

  it('are told apart when two relations have one name', async () => {
    const sql =
      "select p.id from {{ ref('p') }} {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}";
    const contracts = { ...P, m: '{name: id, data_type: bigint}' };
    const config = { schema: 'marts', alias: 'p', materialized: 'incremental' as const, unique_key: ['id'] };
    const tests = '[{name: t, given: {p: [{id: 1}, {id: 2}], this: [{id: 1}]}, expect: [{id: 2}]}]';
    expect(await outcomeOf(db, { sql, tests, contracts, config })).toBe('PASSED');
  });

  it('with `this` make the model incremental', async () => {
    const sql =
      "select id from {{ ref('p') }} {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}";
    const contracts = { ...P, m: '{name: id, data_type: bigint}' };
    const tests =
      '{defaults: {given: {p: [{id: 1}, {id: 2}]}}, tests: [{name: a, given: {this: [{id: 1}]}, expect: [{id: 2}]}, {name: b, expect: [{id: 1}, {id: 2}]}]}';
    const config = { materialized: 'incremental' as const, unique_key: ['id'] };
    const results = await runCase(db, { sql, tests, contracts, config });
    expect(results.map(({ outcome }) => outcome)).toEqual(['PASSED', 'PASSED']);
  });
});

describe('the day, the variables and the run of a unit test', () => {
  it('are its own, and the same on every day', async () => {
    const sql =
      "select date '{{ as_of }}' as day, {{ var('limit', 0) }} as n, current_setting('runner.run_id') as run, current_setting('runner.run_started_at')::timestamptz as at";
    const tests =
      '- {name: a, as_of: 2026-02-03, vars: {limit: 5}, expect: [{day: 2026-02-03, n: 5, run: unit-test, at: "2026-02-03 12:00Z"}]}\n- {name: b, expect: [{day: 2000-01-01}]}';
    const results = await runCase(db, { sql, tests });
    expect(results.map(({ message }) => message)).toEqual(['as expected', 'as expected']);
  });
});

describe('the rows expected', () => {
  const given = (rows: string, expected: string): string => `[{name: t, given: {p: [${rows}]}, expect: [${expected}]}]`;

  it.each([
    ['in any order', '{id: 1}, {id: 2}', '{id: 2}, {id: 1}', 'PASSED'],
    ['by the columns that they name alone', '{id: 1, amount: 5}', '{id: 1}', 'PASSED'],
    ['as numbers, not as texts', '{amount: 5}', '{amount: 5.00}', 'PASSED'],
    ['NULL being NULL', '{id: 1, amount: null}', '{id: 1, amount: null}', 'PASSED'],
    ['and as often as they are expected', '{id: 1}, {id: 1}', '{id: 1}', 'FAILED 1 row extra'],
    ['NULL being no zero', '{id: 1}', '{id: 1, amount: 0}', 'FAILED 1 row changed'],
    ['and are told when they lack', '{id: 1}', '{id: 1}, {id: 2}, {id: 2}', 'FAILED 2 rows missing'],
    ['none being none', '{id: 1}', '', 'FAILED 1 row extra'],
  ])('are compared %s', async (_how, rows, expected, outcome) => {
    expect(await copy(given(rows, expected))).toBe(outcome);
  });

  it('show truth values as they are written', async () => {
    const results = await runCase(db, {
      sql: 'select true as a, 1 as b, 2 as c',
      tests: '[{name: t, expect: [{a: false, b: 1, c: 2}]}]',
    });
    expect(results[0]?.faults[0]?.found).toContain('false ≠ true');
  });

  it('have the types of the contract of the model: JSON as JSON, times as times, letters as they are', async () => {
    const sql = `select '{"b": 1, "a": 2}'::json as j, array[1.0, 2] as l, timestamptz '2026-01-01 12:00Z' as t, 'ab'::char(2) as c`;
    const m =
      '{name: j, data_type: json}, {name: l, data_type: ARRAY}, {name: t, data_type: timestamp with time zone}, {name: c, data_type: character}';
    const tests = '[{name: t, expect: [{j: {a: 2, b: 1}, l: [1, 2.0], t: 2026-01-01 13:00+01, c: ab}]}]';
    expect(await outcomeOf(db, { sql, tests, contracts: { m } })).toBe('PASSED');
  });
});

describe('a unit test that the server refuses', () => {
  const faultOf = async (sql: string, tests: string): Promise<unknown> =>
    (await runCase(db, { sql, tests, contracts: P })).flatMap(({ faults }) => faults);

  it('names the input, the row, the column and the line of the value', async () => {
    const tests =
      "- name: t\n  given:\n    p:\n      - {id: 1}\n      - {id: 2, amount: 'é 😀', day: 2026-02-30}\n  expect: []\n";
    const [fault] = (await faultOf("select * from {{ ref('p') }}", tests)) as [Record<string, unknown>];
    expect(fault).toMatchObject({ code: 'UNIT_TEST_ERROR', file: 'models/m.tests.yml', line: 5, found: 'é 😀' });
    expect(fault.message).toContain('input p, row 2, column amount: invalid input syntax for type numeric');
    const day = (await faultOf("select * from {{ ref('p') }}", tests.replace("'é 😀'", '7'))) as [
      Record<string, unknown>,
    ];
    expect(day[0].message).toContain('row 2, column day: date/time field value out of range');
  });

  it('finds its place behind characters that count as two in JavaScript and as one on the server', async () => {
    const tests = `[{name: t, given: {q: [{a: ${'😀'.repeat(99)}}], p: [{id: x}]}, expect: []}]`;
    const [fault] = (await faultOf("select p.id from {{ ref('q') }}, {{ ref('p') }}", tests)) as [
      Record<string, unknown>,
    ];
    expect(fault.message).toContain('input p, row 1, column id');
  });

  it('names the cell of an expected row', async () => {
    const tests = '- name: t\n  expect:\n    - {id: 1}\n    - {id: one}\n';
    expect(await faultOf("select id from {{ ref('p') }}", tests)).toMatchObject([
      { line: 4, found: 'one', message: expect.stringContaining('expect, row 2, column id') },
    ]);
  });

  it('names a column that the model does not have', async () => {
    const tests = '- name: t\n  expect:\n    - {idd: 1}\n';
    expect(await faultOf("select id from {{ ref('p') }}", tests)).toMatchObject([
      { line: 2, expected: 'a column idd of the model' },
    ]);
  });

  it('shows the place and the line of SQL at fault, once for all tests that meet it, and leaves the others their verdict', async () => {
    const sql = "select\n  id,\n  1 / nothing as x\nfrom {{ ref('p') }}";
    const tests = '[{name: a, expect: []}, {name: b, expect: []}]';
    expect(await faultOf(sql, tests)).toMatchObject([
      {
        file: 'models/m.sql',
        line: 3,
        column: 7,
        source: '  1 / nothing as x',
        found: '1 / nothing as x',
        message: 'm: column "nothing" does not exist (unit test "a")',
      },
    ]);
    const half = '[{name: a, given: {p: [{id: 0}]}, expect: []}, {name: b, expect: []}]';
    const results = await runCase(db, { sql: "select 1 / id as x from {{ ref('p') }}", tests: half, contracts: P });
    expect(results.map(({ outcome }) => outcome)).toEqual(['NOT_EVALUATED', 'PASSED']);
  });

  it('leaves nothing behind', async () => {
    await db.connection(async (session) => {
      const left = "select count(*) from pg_class where relpersistence = 't' and relname = 'p'";
      await copy('[{name: t, given: {p: [{id: 1}]}, expect: [{id: 1}]}]');
      expect((await session.query(left)).rows).toEqual([['0']]);
    });
  });
});

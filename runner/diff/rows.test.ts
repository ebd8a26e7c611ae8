import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../adapters/types.ts';
import { parseContract } from '../contracts/parse.ts';
import { undone } from '../contracts/testing.ts';
import type { Contract } from '../contracts/types.ts';
import type { ModelNode } from '../graph/types.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { compareRows, type RowsOptions } from './rows.ts';
import { modelOf } from './testing.ts';
import type { RowsDiff } from './types.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database?.drop());

interface Given {
  /** The query of each side. */
  readonly base: string;
  readonly head: string;
  /** Columns of the key. */
  readonly key?: string;
  /** Of the head alone, `null` for none. */
  readonly headKey?: string | null;
  /** Of a contract, as YAML. */
  readonly columns?: string;
  readonly options?: Partial<RowsOptions>;
}

/** What differs between two tables that are there for it alone. */
async function diff({ base, head, key, headKey = key ?? null, columns, options }: Given): Promise<RowsDiff> {
  const contractOf = (named: string | null | undefined): Contract => {
    const checks = named ? `checks: [{duplicate: {columns: [${named}]}}]\n` : '';
    return parseContract(`dataset: ds/db/s/t\n${checks}columns: [${columns ?? ''}]`, 'soda/s/t.yml');
  };
  const contract = contractOf(key);
  const node = (schema: string, of = contract): ModelNode => modelOf({ schema, name: 't' }, of);
  return undone(db, async (tx) => {
    await tx.query(`create schema b; create schema h; create table b.t as ${base}; create table h.t as ${head}`);
    const all = { hasPersonal: contract.columns.some(({ personal }) => personal), comesFromPersonal: () => false };
    return compareRows(tx, node('b'), node('h', contractOf(headKey)), { ...all, ...options });
  });
}

const values = (rows: string, columns: string): string => `select * from (values ${rows}) as v (${columns})`;
const counts = ({ added, removed, changed }: RowsDiff): string => `+${added} -${removed} ~${changed}`;

describe('rows with a key', () => {
  it('are added, removed and changed, with the columns that changed and examples in the order of the key', async () => {
    const found = await diff({
      key: 'id',
      base: values("(1, 'a', 1.50), (2, 'b', 2), (3, 'c', null), (4, 'd', 4)", 'id, name, amount'),
      head: values("(5, 'e', 5), (4, 'd', 4.00), (3, 'c', 3), (1, 'A', 1.5)", 'id, name, amount'),
    });
    expect(found).toEqual({
      key: ['id'],
      unkeyed: null,
      before: 4,
      after: 4,
      added: 1,
      removed: 1,
      changed: 2,
      columnsAdded: [],
      columnsRemoved: [],
      columnsRetyped: [],
      changedColumns: [
        { column: 'name', rows: 1 },
        { column: 'amount', rows: 1 },
      ],
      examples: [
        {
          kind: 'added',
          key: ['5'],
          cells: [
            { column: 'name', before: null, after: 'e' },
            { column: 'amount', before: null, after: '5' },
          ],
        },
        { kind: 'changed', key: ['1'], cells: [{ column: 'name', before: 'a', after: 'A' }] },
        { kind: 'changed', key: ['3'], cells: [{ column: 'amount', before: null, after: '3' }] },
        {
          kind: 'removed',
          key: ['2'],
          cells: [
            { column: 'name', before: 'b', after: null },
            { column: 'amount', before: '2', after: null },
          ],
        },
      ],
      method: 'exact',
    });
  });

  it('do not differ by the order of rows or columns, nor by zeros at the end of a number', async () => {
    const base = values("(1, 'a', 1.10), (2, 'b', 2)", 'id, name, amount');
    const head = values("(2.00, 'b', 2), (1.1, 'a', 1)", 'amount, name, id');
    expect(counts(await diff({ key: 'id', base, head }))).toBe('+0 -0 ~0');
  });

  it('may have a key of several columns, and examples as many as asked', async () => {
    const base = 'select g as a, h as b, 0 as v from generate_series(1, 10) g, generate_series(1, 2) h';
    const head = 'select g as a, h as b, h - 1 as v from generate_series(1, 10) g, generate_series(1, 2) h';
    const found = await diff({ key: 'a, b', base, head, options: { examples: 2 } });
    expect([counts(found), found.examples.map(({ key }) => key)]).toEqual([
      '+0 -0 ~10',
      [
        ['1', '2'],
        ['2', '2'],
      ],
    ]);
    expect((await diff({ key: 'a, b', base, head, options: { examples: 0 } })).examples).toEqual([]);
  });

  it('name columns that came and went, which change no row', async () => {
    const found = await diff({ key: 'id', base: 'select 1 as id, 2 as old', head: 'select 1 as id, 3 as new' });
    expect([counts(found), found.columnsAdded, found.columnsRemoved]).toEqual(['+0 -0 ~0', ['new'], ['old']]);
  });

  it('name columns of another type, numbers being compared as numbers and others as texts', async () => {
    const found = await diff({
      key: 'id',
      base: "select 1 as id, 2 as n, '3' as t, date '2026-01-02' as d, 1.0::numeric(4,1) as s, '1' as x",
      head: "select 1::bigint as id, 2.00::numeric as n, 3 as t, '2026-01-02' as d, 1.00::numeric(5,2) as s, 2 as x",
    });
    expect([counts(found), found.changedColumns]).toEqual(['+0 -0 ~1', [{ column: 'x', rows: 1 }]]);
    expect(found.columnsRetyped.map(({ column, before, after }) => `${column}: ${before} → ${after}`)).toEqual([
      'id: integer → bigint',
      'n: integer → numeric',
      't: text → integer',
      'd: date → text',
      's: numeric(4,1) → numeric(5,2)',
      'x: text → integer',
    ]);
    const floats = await diff({
      key: 'id',
      base: 'select 1 as id, 0.1::float8 + 0.2::float8 as a, 0.3::float8 as b, 0.1::float4 as c',
      head: 'select 1 as id, 0.3 as a, 0.30 as b, 0.1 as c',
    });
    expect(floats.changedColumns).toEqual([{ column: 'a', rows: 1 }]);
  });

  it('have values of any type, without an equality of their own too', async () => {
    const row = (more: string): string => `select 1 as id, ${more}`;
    const base = row(
      `'{"a": 1, "b": 2}'::json as j, '<x/>'::xml as x, point(1, 2) as p, array[1.0] as l, int4range(1, 3) as r, row(1, 'a') is null as b, interval '1 day' as i, 'a' collate "de-x-icu" as c, '\\x00'::bytea as y, 1.5::float8 as f`,
    );
    const same = row(
      `'{"b": 2, "a": 1}'::json as j, '<x/>'::xml as x, point(1, 2) as p, array[1.0] as l, int4range(1, 3) as r, row(1, 'a') is null as b, interval '1 day' as i, 'a' collate "C" as c, '\\x00'::bytea as y, 1.5::float8 as f`,
    );
    const other = row(
      `'{"a": 1, "b": 3}'::json as j, '<y/>'::xml as x, point(1, 3) as p, array[2.0] as l, int4range(1, 4) as r, true as b, interval '2 days' as i, 'A' collate "C" as c, '\\x01'::bytea as y, 1.6::float8 as f`,
    );
    for (const exactUpTo of [10, 0]) {
      expect(counts(await diff({ key: 'id', base, head: same, options: { exactUpTo } }))).toBe('+0 -0 ~0');
      const found = await diff({ key: 'id', base, head: other, options: { exactUpTo } });
      expect(found.changedColumns.map(({ column }) => column).join('')).toBe('jxplrbicyf');
      const twice = (query: string): string => `${query} union all ${query}`;
      const whole = await diff({ base: twice(base), head: twice(other), options: { exactUpTo } });
      expect(counts(whole)).toBe('+2 -2 ~0');
    }
  });
});

describe('rows without a usable key', () => {
  const many = values('(1, 1), (1, 1), (1, 2), (2, 5)', 'id, v');
  const more = values('(1, 1), (1, 2), (1, 2), (1, 2), (3, 5)', 'id, v');

  it('are one and the same where both sides have one row', async () => {
    const [base, head] = [values("(1, 'a', 5)", 'n, name, pay'), values("(2, 'a', 6)", 'n, name, pay')];
    const columns = '{name: n}, {name: name}, {name: pay, tags: [personal]}';
    const found = await diff({ base, head, columns: columns.replace(', tags: [personal]', '') });
    expect(counts(found)).toBe('+0 -0 ~1');
    expect(found.changedColumns).toEqual([
      { column: 'n', rows: 1 },
      { column: 'pay', rows: 1 },
    ]);
    expect(found.examples).toMatchObject([
      { kind: 'changed', key: [], cells: [{ before: '1', after: '2' }, { after: '6' }] },
    ]);
  });

  it('are compared as wholes, each as often as it is there', async () => {
    const found = await diff({ base: many, head: more });
    expect([counts(found), found.key, found.unkeyed]).toEqual([
      '+3 -2 ~0',
      [],
      'no contract names a key of both sides',
    ]);
    expect(found.examples.map(({ kind, cells }) => [kind, cells.map(({ before, after }) => before ?? after)])).toEqual([
      ['added', ['1', '2']],
      ['added', ['3', '5']],
      ['removed', ['1', '1']],
      ['removed', ['2', '5']],
    ]);
  });

  it('are so where the key is double in the data, and that is said', async () => {
    const found = await diff({ key: 'id', base: many, head: more });
    expect([counts(found), found.key, found.unkeyed]).toEqual(['+3 -2 ~0', [], 'the key (id) is double in some rows']);
  });

  it('are so where the key is NULL, and that is said', async () => {
    const found = await diff({
      key: 'id',
      base: values('(null, 1), (2, 2)', 'id, v'),
      head: values('(null, 1), (2, 3)', 'id, v'),
    });
    expect([counts(found), found.unkeyed]).toEqual(['+1 -1 ~0', 'the key (id) is NULL in some rows']);
  });

  it('are told by the key of the base, where the head names none that tells them', async () => {
    const given = { base: values('(1, 1), (2, 1)', 'id, v'), head: values('(1, 1), (2, 2)', 'id, v') };
    for (const headKey of [null, 'v'])
      expect(await diff({ ...given, key: 'id', headKey })).toMatchObject({ key: ['id'], unkeyed: null, changed: 1 });
  });

  it('are so where the head has lost the column of the key', async () => {
    const found = await diff({ key: 'id', base: 'select 1 as id, 2 as v', head: 'select 3 as v' });
    expect([counts(found), found.key, found.columnsRemoved]).toEqual(['+0 -0 ~1', [], ['id']]);
  });

  it('are counted where the sides have no column in common, or no row', async () => {
    expect(counts(await diff({ base: 'select 1 as a', head: 'select 1 as b union all select 2' }))).toBe('+1 -0 ~0');
    expect(counts(await diff({ key: 'a', base: 'select 1 as a limit 0', head: 'select 1 as a limit 0' }))).toBe(
      '+0 -0 ~0',
    );
  });
});

describe('buckets of hashes', () => {
  it('find the same as looking at every row', async () => {
    const side = (
      seed: number,
      share: number,
    ): string => `select id, case when random_of(id, 1) < 0.1 then null when random_of(id, ${seed}) < ${share} then 'x' || id else 'same' end as name,
      round((random_of(id, ${seed + 1}) < ${share})::int * 1.5, 1) as amount, id % 3 = 0 as flag
      from generate_series(1, 4000) as id where random_of(id, ${seed + 2}) > ${share}`;
    await db.query(
      'create function random_of(id int, seed int) returns float8 immutable language sql as $$ select (hashint4extended(id, seed) & 65535) / 65536.0::float8 $$',
    );
    for (const share of [0, 0.002, 0.2])
      for (const key of ['id', undefined]) {
        const given = { ...(key ? { key } : {}), base: side(7, share), head: side(99, share) };
        const exact = await diff(given);
        const buckets = await diff({ ...given, options: { exactUpTo: 100 } });
        expect(buckets).toEqual({ ...exact, method: 'buckets' });
        expect(exact.added > 0).toBe(share > 0);
      }
  });

  it('see that two rows have exchanged their values, in one bucket too', async () => {
    const rows = (value: string): string => `select id, ${value} as v, 'x' as w from generate_series(1, 3000) as id`;
    const given = { key: 'id', base: rows('id % 2'), head: rows('1 - id % 2'), options: { exactUpTo: 0, examples: 0 } };
    expect(counts(await diff(given))).toBe('+0 -0 ~3000');
  });

  it('do not make a double or NULL key wrong', async () => {
    const options = { exactUpTo: 0 };
    const found = await diff({
      key: 'id',
      base: values('(1, 1), (1, 2)', 'id, v'),
      head: values('(1, 2), (1, 3)', 'id, v'),
      options,
    });
    expect([counts(found), found.unkeyed]).toEqual(['+1 -1 ~0', 'the key (id) is double in some rows']);
    const equal = values('(1, 1), (1, 2), (null, 3)', 'id, v');
    expect(counts(await diff({ key: 'id', base: equal, head: equal, options }))).toBe('+0 -0 ~0');
  });
});

describe('personal values', () => {
  const base = values("(1, 'Dupont', 100), (2, 'Durand', 200)", 'id, name, pay');
  const head = values("(1, 'Dupond', 101), (3, 'Martin', 300)", 'id, name, pay');
  const columns = '{name: id}, {name: name, personal: identity}, {name: pay}';
  const shownOf = ({ examples }: RowsDiff): string => JSON.stringify(examples);

  it('are masked in cells and keys, and in no error', async () => {
    const found = await diff({ key: 'id', columns, base, head });
    expect(counts(found)).toBe('+1 -1 ~1');
    expect(shownOf(found)).not.toMatch(/Dup|Dur|Mart/);
    expect(found.examples[0]?.cells).toContainEqual({ column: 'name', before: null, after: '***' });
    const byName = await diff({ key: 'name', columns, base, head });
    expect(byName.examples[0]).toMatchObject({ kind: 'added', key: ['***'] });
    expect(shownOf(byName)).not.toMatch(/Dup|Dur|Mart/);
    expect(shownOf(await diff({ columns, base, head }))).not.toMatch(/Dup|Dur|Mart/);
  });

  it('may stand in a column that the contract does not name, or in a node without one', async () => {
    const other = await diff({ key: 'id', columns: '{name: id}, {name: pay, personal: salary}', base, head });
    expect(shownOf(other)).not.toMatch(/Dup|Dur|Mart|00|101/);
    expect(shownOf(await diff({ columns: '', base, head, options: { hasPersonal: true } }))).not.toMatch(/Dup|100|"1"/);
  });

  it('are masked where a column only comes from them', async () => {
    const options = { comesFromPersonal: (_: unknown, column: string) => column === 'pay' };
    const found = await diff({ key: 'id', columns, base, head, options });
    expect([found.changedColumns.map(({ column }) => column), shownOf(found).match(/\d{3}/)]).toEqual([
      ['name', 'pay'],
      null,
    ]);
  });
});

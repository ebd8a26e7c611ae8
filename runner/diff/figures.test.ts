import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Session } from '../adapters/types.ts';
import { parseContract } from '../contracts/parse.ts';
import { undone } from '../contracts/testing.ts';
import type { Contract } from '../contracts/types.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { compareFigure, type FigureOptions } from './figures.ts';
import { compareOutcome } from './outcomes.ts';
import { modelOf } from './testing.ts';
import type { FigureDiff } from './types.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database?.drop());

function contractOf(key: string | null, columns: string): Contract {
  const checks = key ? `checks: [{duplicate: {columns: [${key}]}}]\n` : '';
  return parseContract(`dataset: ds/db/s/t\n${checks}columns: [${columns}]`, 'soda/s/t.yml');
}

/** Tables of both sides, by name, that are there for `work` alone. */
function withSides<T>(
  tables: Readonly<Record<string, readonly [string, string]>>,
  work: (tx: Session) => Promise<T>,
): Promise<T> {
  return undone(db, async (tx) => {
    await tx.query('create schema b; create schema h');
    for (const [name, [base, head]] of Object.entries(tables))
      await tx.query(`create table b.${name} as ${base}; create table h.${name} as ${head}`);
    return work(tx);
  });
}

/** Each statement on its own, as on a database: one that fails leaves the next. */
function behindSavepoints(tx: Session): Pick<Session, 'query'> {
  return {
    query: async (sql) => {
      await tx.query('savepoint one');
      try {
        return await tx.query(sql);
      } catch (error) {
        await tx.query('rollback to savepoint one');
        throw error;
      }
    },
  };
}

interface Given {
  readonly figure: readonly [string, string];
  /** Who is in which group, as `group/person`. */
  readonly members?: readonly [string, string];
  readonly key?: string;
  readonly columns?: string;
  readonly condition?: string;
  readonly options?: Partial<FigureOptions>;
}

/** `cost` comes from personal values; a small group has two persons. */
async function figure({
  figure,
  members,
  key,
  columns = '{name: cost}',
  condition = key ? `m.grp = f.${key}` : 'true',
  options,
}: Given): Promise<readonly FigureDiff[]> {
  const contract = contractOf(key ?? null, columns);
  const of = (schema: string, name = 'f'): ReturnType<typeof modelOf> => modelOf({ schema, name }, contract);
  const listed = (texts: string): string =>
    `select split_part(x, '/', 1) as grp, split_part(x, '/', 2) as person from unnest(string_to_array('${texts}', ' ')) as x`;
  const tables = { f: figure, ...(members ? { m: [listed(members[0]), listed(members[1])] as const } : {}) };
  return withSides(tables, (tx) =>
    compareFigure(behindSavepoints(tx), of('b'), of('h'), {
      hasPersonal: true,
      comesFromPersonal: (_, column) => column === 'cost',
      smallGroup: 2,
      otherSql: [],
      members: members ? { base: of('b', 'm'), head: of('h', 'm'), person: 'person', condition } : null,
      ...options,
    }),
  );
}

const rows = (values: string, columns = 'unit, n, cost'): string =>
  `select * from (values ${values}) as v (${columns})`;
const told = (found: readonly FigureDiff[]): readonly string[] =>
  found.map(
    ({ row, column, before, after, difference, hidden }) =>
      `${row ? `${row}: ` : ''}${column} ${before} → ${after} (${hidden ?? difference})`,
  );

describe('figures', () => {
  const columns = '{name: unit}, {name: n}, {name: rate}, {name: cost}';

  it('differ by an exact decimal, whatever the size and the scale', async () => {
    const found = await figure({
      columns: '{name: a}, {name: b}, {name: c}, {name: d}, {name: e}',
      figure: [
        "select 12345678901234567.01 as a, 0.1::float8 as b, 3 as c, date '2026-01-01' as d, 1.10 as e",
        "select 12345678901234567.10 as a, 0.3::float8 as b, 1::bigint as c, date '2026-02-01' as d, 1.1 as e",
      ],
    });
    expect(told(found)).toEqual([
      'a 12345678901234567.01 → 12345678901234567.10 (+0.09)',
      'b 0.1 → 0.3 (+0.2)',
      'c 3 → 1 (-2)',
      'd 2026-01-01 → 2026-02-01 (null)',
    ]);
    const floats = ['select 0.3 as a, 0.1::float8 as b', 'select 0.1::float8 + 0.2::float8 as a, 0.1 as b'] as const;
    expect(told(await figure({ columns: '{name: a}, {name: b}', figure: floats }))).toEqual([
      'a 0.3 → 0.30000000000000004 (+0.00000000000000004)',
    ]);
  });

  it('are told row by row in the order of the key, also rows and columns that come or go', async () => {
    const found = await figure({
      key: 'unit',
      columns,
      figure: [
        rows("('b', 1), ('a', 1), (null, 5)", 'unit, n'),
        rows("('a', 2, 0.5), ('c', 3, null), (null, 6, null)", 'unit, n, rate'),
      ],
    });
    expect(told(found)).toEqual([
      'unit = a: n 1 → 2 (+1)',
      'unit = a: rate null → 0.5 (null)',
      'unit = b: n 1 → null (null)',
      'unit = c: n null → 3 (null)',
      'unit = NULL: n 5 → 6 (+1)',
    ]);
  });

  it('are not lost where the key is double, or where several rows have none', async () => {
    const double = [rows("('a', 1), ('a', 2)", 'unit, n'), rows("('a', 1), ('a', 3)", 'unit, n')] as const;
    expect(told(await figure({ key: 'unit', columns, figure: double }))).toEqual(['unit = a: n 2 → 3 (+1)']);
    expect(await figure({ columns, figure: [rows('(1), (2)', 'n'), rows('(2), (1)', 'n')] })).toEqual([]);
  });

  it('hide what a contract calls personal', async () => {
    const found = await figure({
      columns: '{name: who, personal: identity}, {name: n}',
      figure: ["select 'Dupont' as who, 1 as n", "select 'Durand' as who, 2 as n"],
    });
    expect(told(found)).toEqual(['who *** → null (it is personal)', 'n 1 → 2 (+1)']);
  });
});

describe('a cost of salaries', () => {
  const total = (
    members: readonly [string, string],
    options?: Partial<FigureOptions>,
  ): Promise<readonly FigureDiff[]> =>
    figure({ members, figure: ['select 100.00 as cost', 'select 112.34 as cost'], ...(options ? { options } : {}) });
  const small = 'cost 100.00 → null (not compared, for 2 persons or fewer come or go: the difference is their pay)';

  it('is told where the same persons get it, as when a rate changes', async () => {
    expect(told(await total(['g/a g/b', 'g/b g/a']))).toEqual(['cost 100.00 → 112.34 (+12.34)']);
  });

  it.each([
    [1, 'g/a g/b', 'g/a'],
    [2, 'g/a g/b g/c', 'g/a'],
    [2, 'g/a g/b', 'g/a g/c'],
    [1, 'g/a g/b', 'g/a g/b g/b'],
  ])('is hidden where %i of them come, go or count twice', async (_, before, after) => {
    expect(told(await total([before, after]))).toEqual([small]);
  });

  it('is told in one sum where more than a small group come or go', async () => {
    expect(told(await total(['g/a g/b', 'g/c g/b g/d']))).toEqual(['cost 100.00 → 112.34 (+12.34)']);
    expect(told(await total(['g/a', 'g/b'], { smallGroup: 1 }))).toEqual(['cost 100.00 → 112.34 (+12.34)']);
  });

  it('is hidden where nothing says whose it is, or SQL has changed that may add up anything', async () => {
    const figures = ['select 1 as cost', 'select 2 as cost'] as const;
    expect((await figure({ figure: figures })).map(({ hidden }) => hidden)).toEqual([
      'not compared, for nothing says whose values it adds up (review.members in project.yml)',
    ]);
    expect((await total(['g/a', 'g/a'], { otherSql: ['pay'] }))[0]?.hidden).toMatch(/changed \(pay\)/);
  });

  it('is hidden, and the rest told, where the members have no such column any more', async () => {
    const found = await figure({
      columns: '{name: n}, {name: cost}',
      figure: ['select 1 as n, 100 as cost', 'select 2 as n, 112 as cost'],
      members: ['g/a g/b', 'g/a g/b'],
      condition: 'm.former = 1',
    });
    expect(told(found)).toEqual([
      'n 1 → 2 (+1)',
      'cost 100 → null (nothing says whose values it adds up any more (review.members of the base))',
    ]);
  });

  it('of a group is told where nobody comes or goes there, and else hidden: another group could be subtracted', async () => {
    const found = await figure({
      key: 'unit',
      columns: '{name: unit}, {name: n}, {name: cost}',
      members: ['x/a x/b y/c y/d', 'x/a x/b y/c y/d y/e y/f y/g'],
      figure: [
        rows("('x', 2, 10.0), ('y', 2, 20.0), ('z', 0, null), ('v', 9, 1)"),
        rows("('x', 2, 11.0), ('y', 5, 50.0), ('z', 0, 7.0), ('v', 9, null)"),
      ],
    });
    expect(told(found)).toEqual([
      'unit = v: cost 1 → null (null)',
      'unit = x: cost 10.0 → 11.0 (+1.0)',
      'unit = y: n 2 → 5 (+3)',
      "unit = y: cost 20.0 → null (a group's cost is not compared when who is in it has changed: less the other groups, the difference could be one person's pay)",
      "unit = z: cost null → null (not compared, for it was not told before: with the other totals it could be one person's pay)",
    ]);
  });
});

interface OutcomeCase {
  readonly keys?: Readonly<Record<string, string | null>>;
  readonly isOfBase?: boolean;
}

describe('outcomes', () => {
  const rights = (values: string): string => rows(values, 'id, has, why');
  const outcome = (
    base: string,
    head: string,
    motive = true,
    smallGroup = 2,
    { keys = { b: 'id', h: 'id' }, isOfBase = false }: OutcomeCase = {},
  ): Promise<unknown> =>
    withSides({ o: [base, head] }, (tx) => {
      const of = (schema: string): ReturnType<typeof modelOf> =>
        modelOf({ schema, name: 'o' }, contractOf(keys[schema] ?? null, '{name: id}, {name: has}, {name: why}'));
      const config = { title: 'T', model: 'o', column: 'has', line: 1, ...(motive ? { motive: 'why' } : {}) };
      const options = { hasPersonal: false, comesFromPersonal: () => false, isOfBase, smallGroup };
      return compareOutcome(tx, of('b'), of('h'), config, options);
    });

  it('are gained and lost, by motive, also by who comes or goes', async () => {
    const base = rights("(1, true, null), (2, false, 'far'), (3, false, 'far'), (4, true, null), (5, false, 'far')");
    const head = rights("(1, false, 'far'), (2, true, null), (3, true, null), (5, false, 'old'), (6, true, null)");
    expect(await outcome(base, head, true, 0)).toEqual({
      title: 'T',
      model: 'o',
      before: 2,
      after: 3,
      gained: 3,
      lost: 2,
      unknown: null,
      motives: [
        { kind: 'gained', before: 'far', after: null, rows: 2 },
        { kind: 'other', before: 'far', after: 'old', rows: 1 },
        { kind: 'gained', before: null, after: null, rows: 1 },
        { kind: 'lost', before: null, after: 'far', rows: 1 },
        { kind: 'lost', before: null, after: null, rows: 1 },
      ],
    });
    expect(await outcome(base, head, false)).toMatchObject({
      gained: 3,
      lost: 2,
      motives: [
        { kind: 'gained', rows: 3 },
        { kind: 'lost', rows: 2 },
      ],
    });
  });

  it('hide a motive that only a small group has got: SQL may write a salary there', async () => {
    const base = rights("(1, true, null), (2, true, null), (3, true, null), (4, true, null), (5, false, 'far')");
    const head = rights(
      "(1, false, '48000'), (2, false, 'new'), (3, false, 'new'), (4, false, 'new'), (5, false, 'far')",
    );
    expect(await outcome(base, head)).toMatchObject({
      motives: [
        { before: null, after: 'new', rows: 3 },
        { before: null, after: '***', rows: 1 },
      ],
    });
    // Where it is made of personal values, whoever has it.
    expect(await outcome(base, head, true, 2, { isOfBase: true })).toMatchObject({
      motives: [{ before: null, after: '***', rows: 4 }],
    });
  });

  it('are told by the key of the base where that of the head is none, or tells no row', async () => {
    const base = rights("(1, true, null), (2, false, 'far')");
    const head = rights("(1, false, 'far'), (2, true, null)");
    for (const h of [null, 'has, why'])
      expect(await outcome(base, head, true, 0, { keys: { b: 'id', h } })).toMatchObject({
        gained: 1,
        lost: 1,
        unknown: null,
      });
  });

  it.each([
    ['without a key', "(1, true, null), (1, false, 'far')", 'select 1 as id, true as has', 1, 1, 'id) is double'],
    [
      'whose column is gone',
      '(1, true, null)',
      'select 1 as id',
      1,
      null,
      'has is not there, not boolean, on the head',
    ],
    ['of a text', '(1, true, null)', "select 1 as id, 'true' as has", 1, null, 'has is text, not boolean, on the head'],
  ])('%s are totals alone, with the reason', async (_, base, head, before, after, unknown) => {
    expect(await outcome(rights(base), head)).toMatchObject({
      before,
      after,
      gained: null,
      lost: null,
      motives: [],
      unknown: expect.stringContaining(unknown),
    });
  });
});

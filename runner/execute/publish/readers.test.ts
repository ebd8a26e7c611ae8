import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../adapters/postgres.ts';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { publishModel } from '../../test/publishing.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(() => test.db.query('drop schema if exists m cascade; create schema m'));
afterAll(() => test.drop());

const ROWS = 500;
const ROUNDS = 25;
/** All rows of one generation. */
const rows = (generation: number | string, more = ''): string =>
  `select k, ${generation} as generation${more} from generate_series(1, ${ROWS}) as k`;

/**
 * Does work while readers with a connection each ask without a pause. A right answer is all rows, of one generation.
 * @returns how often they read, and what they got that is not right
 */
async function whileRead(
  relations: readonly string[],
  publish: () => Promise<void>,
): Promise<{ readonly reads: number; readonly wrong: readonly string[] }> {
  let running = true;
  let reads = 0;
  const wrong: string[] = [];
  const work = relations.map(async (relation, index) => {
    const db = openDatabase(test.config, { max: 1 });
    const sql = `select count(*), count(distinct generation) from ${relation}`;
    while (running) {
      try {
        // One in two by the protocol of prepared statements.
        const result = await (index % 2 === 0 ? db.query(sql) : db.query(sql, []));
        const answer = `${relation}: ${result.rows[0]?.join(' rows, generations ')}`;
        if (answer !== `${relation}: ${ROWS} rows, generations 1`) wrong.push(answer);
      } catch (error) {
        wrong.push(`${relation}: ${(error as Error).message}`);
      }
      reads += 1;
    }
    await db.close();
  });
  try {
    await publish();
  } finally {
    running = false;
    await Promise.all(work);
  }
  return { reads, wrong };
}

describe('a reader in a loop', () => {
  const RELATIONS = ['m.t', 'm.t', 'm.v', 'm.v', 'm.by_hand', 'm.by_hand'];
  const VIEWS = `create view m.v as select * from m.t where k > 0;
    create view m.by_hand as select v.k, v.generation from m.v join m.t using (k, generation)`;

  it.each([
    ['difference', (round: number) => rows(round)],
    ['swap', (round: number) => rows(round)],
    // Columns come, go and change their type, so that some views are made again under another identity.
    [
      'swap',
      (round: number) => rows(round % 3 === 0 ? `${round}::bigint` : round, ['', ', 1 as x', ", 'a' as x"][round % 5]),
    ],
  ] as const)('sees all the old rows or all the new of a table published by %s', async (publish, sql) => {
    await publishModel(test.db, 'table', rows(0), { config: { publish } });
    await test.db.query(VIEWS.replace('select *', 'select k, generation'));
    const { reads, wrong } = await whileRead(RELATIONS, async () => {
      for (let round = 1; round <= ROUNDS; round += 1)
        await publishModel(test.db, 'table', sql(round), { config: { publish } });
    });
    expect(wrong).toEqual([]);
    expect(reads).toBeGreaterThan(ROUNDS);
    expect((await test.db.query('select distinct generation from m.by_hand')).rows).toEqual([[String(ROUNDS)]]);
  });

  it('sees a view in its old or its new definition, also one whose columns change', async () => {
    await publishModel(test.db, 'table', rows(0), { name: 'base' });
    const view = (round: number): string =>
      `select k${round % 3 === 0 ? '::bigint' : ''}, generation + ${round} as generation from m.base`;
    await publishModel(test.db, 'view', view(0));
    await test.db.query(VIEWS);
    const { wrong } = await whileRead(RELATIONS, async () => {
      for (let round = 1; round <= ROUNDS; round += 1) await publishModel(test.db, 'view', view(round));
    });
    expect(wrong).toEqual([]);
  });

  it('sees a materialized view before or after it is filled anew', async () => {
    await publishModel(test.db, 'materialized_view', rows(0));
    await test.db.query(VIEWS);
    const config = { indexes: [{ columns: ['k'] }] };
    const { wrong } = await whileRead(RELATIONS, async () => {
      for (let round = 1; round <= ROUNDS; round += 1)
        await publishModel(test.db, 'materialized_view', rows(round), { config });
    });
    expect(wrong).toEqual([]);
  });
});

describe('a reader of one snapshot', () => {
  it('keeps reading it, with an open cursor too, while the table is published by difference', async () => {
    await publishModel(test.db, 'table', rows(0));
    const first = await test.db.transaction(async (reader) => {
      await reader.query('set transaction isolation level repeatable read');
      await reader.query('declare c cursor for select generation from m.t');
      await reader.query('fetch 10 from c');
      for (let round = 1; round <= 3; round += 1) await publishModel(test.db, 'table', rows(round));
      const rest = await reader.query('fetch all from c');
      const again = await reader.query('select count(*), max(generation) from m.t');
      return [rest.rowCount, new Set(rest.rows.flat()), again.rows[0]];
    });
    expect(first).toEqual([ROWS - 10, new Set(['0']), [String(ROWS), '0']]);
    expect((await test.db.query('select distinct generation from m.t')).rows).toEqual([['3']]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '../../adapters/types.ts';
import type { RunnerError } from '../../errors.ts';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import type { Relation } from '../../util/sql.ts';
import { type ExclusiveScript, type ExclusiveStep, exclusively } from './exclusive.ts';
import { replaceViewStep, swapStep } from './swap.ts';
import { createTurns, type InTurn } from './turns.ts';

let test: TestDatabase;
const query = async (sql: string) => (await test.db.query(sql)).rows;
const of = (name: string): Relation => ({ schema: 'm', name });
const step = (name: string, script: Partial<ExclusiveScript>): ExclusiveStep => ({
  relation: of(name),
  prepare: async () => undefined,
  script: () => ({ locks: [], statements: [], ...script }),
});

beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(() => test.db.query('drop schema if exists m cascade; create schema m'));
afterAll(() => test.drop());

describe('steps that need exclusive locks', () => {
  it.each([
    ['t', 'v'],
    ['v', 't'],
  ])('swap a table and replace a view that no longer reads it, in any order (%s before %s)', async (...order) => {
    await query(
      'create table m.t as select 1 as k; create view m.v as select k from m.t; create view m.w as select k from m.v',
    );
    await test.db.transaction(async (tx) => {
      await tx.query('create table m.t__aside as select 2 as k');
      const steps = {
        t: swapStep(tx, of('t'), of('t__aside'), { modelAt: () => undefined, indexes: [] }),
        v: replaceViewStep(tx, of('v'), 'select 3 as k'),
      };
      const list = order.map((name) => steps[name as keyof typeof steps]);
      await exclusively(tx, list, { patience: 0 });
    });
    expect(await query('select t.k, w.k from m.t, m.w')).toEqual([['2', '3']]);
  });

  it('give up with words of their own when readers of what they replace change all the time', async () => {
    const error = await test.db
      .transaction((tx) => exclusively(tx, [step('t', { isStale: 'true' })], { patience: 0 }))
      .catch((failure: unknown) => failure);
    expect((error as RunnerError).faults).toMatchObject([
      {
        code: 'READERS_CHANGING',
        message: expect.stringContaining("m.t can't be published: views or indexes") as string,
      },
    ]);
  });

  it.each(['select 1 / 0', 'create view m.x as select nothing', { each: "select 'select 1 / 0'" }])(
    'tell which of them has failed: %s',
    async (statement) => {
      const steps = [step('a', { statements: ['select 1'] }), step('b', { statements: [statement] }), step('c', {})];
      let last: ExclusiveStep | undefined;
      const onStep = (at: ExclusiveStep): void => {
        last = at;
      };
      await expect(test.db.transaction((tx) => exclusively(tx, steps, { patience: 0, onStep }))).rejects.toThrow();
      expect(last).toBe(steps[1]);
    },
  );

  it('tell why they failed, also before there was anything to go back to', async () => {
    const failed = test.db.transaction(async (tx) => {
      await expect(tx.query('select 1 / 0')).rejects.toMatchObject({ sqlstate: '22012' });
      await exclusively(tx, [step('a', {})], { patience: 0 });
    });
    await expect(failed).rejects.toMatchObject({ sqlstate: '25P02' });
  });
});

describe('units of a run', () => {
  it('take turns, which they keep to their end, or until an attempt fails: then the next one in the row has it', async () => {
    const turns = createTurns();
    const heard: string[] = [];
    const ends = signal();
    const first = turns.during(async ({ inTurn }) => {
      await inTurn(async () => undefined);
      await expect(inTurn(() => Promise.reject(new Error('in vain')))).rejects.toThrow('in vain');
      heard.push('first');
      await ends.given;
    });
    const second = turns.during(async ({ inTurn }) => {
      const attempt = inTurn(async () => {
        heard.push('second');
        throw new Error('in vain');
      });
      await expect(attempt).rejects.toThrow('in vain');
      await inTurn(async () => void heard.push('second again'));
    });
    const third = turns.during(({ inTurn }) => inTurn(async () => void heard.push('third')));
    await new Promise((resolve) => setImmediate(resolve));
    heard.push('end');
    ends.give();
    await Promise.all([first, second, third]);
    expect(heard).toEqual(['first', 'end', 'second', 'third', 'second again']);
  });

  it('publish though one that waits for its turn holds what is locked', async () => {
    await query('create table m.q as select 1 as k; create table m.a as select 1 as k');
    const turns = createTurns();
    const [reads, hasTurn] = [signal(), signal()];
    const publish = (name: string, start: (tx: Session) => Promise<unknown>): Promise<unknown> =>
      turns.during(({ inTurn }) =>
        test.db.transaction(async (tx) => {
          await tx.query(`create table m.${name}__aside as select 2 as k`);
          await start(tx);
          const step = swapStep(tx, of(name), of(`${name}__aside`), { modelAt: () => undefined, indexes: [] });
          const told: InTurn = (work) =>
            inTurn(() => {
              if (name === 'q') hasTurn.give();
              return work();
            });
          await exclusively(tx, [step], { patience: 60_000, inTurn: told });
        }),
      );
    const reader = publish('a', async (tx) => {
      await tx.query('select from m.q');
      reads.give();
      await hasTurn.given;
    });
    await Promise.all([publish('q', () => reads.given), reader]);
    expect(await query('select q.k, a.k from m.q, m.a')).toEqual([['2', '2']]);
  });

  it('publish though they put tables in place of the same materialized view', async () => {
    await query(
      'create table m.a as select 1 as k; create table m.b as select 1 as k; create materialized view m.mv as select k from m.a join m.b using (k)',
    );
    const modelAt = () => ({ name: '', file: '', isReader: true, isPlanned: true, isStopped: false, view: undefined });
    const publish = (name: string, prepared: () => Promise<unknown>): Promise<void> =>
      test.db.transaction(async (tx) => {
        await tx.query(`create table m.${name}__aside as select 2 as k, 3 as x`);
        const step = swapStep(tx, of(name), of(`${name}__aside`), { modelAt, indexes: [] });
        const prepare = async (): Promise<void> => {
          await step.prepare();
          await prepared();
        };
        await exclusively(tx, [{ ...step, prepare }], { patience: 10_000 });
      });
    const ready = signal();
    const isWaitedFor = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    const first = publish('a', async () => {
      ready.give();
      await expect.poll(() => query(isWaitedFor), { timeout: 30_000 }).toHaveLength(1);
    });
    await ready.given;
    await Promise.all([first, publish('b', async () => undefined)]);
    expect(await query("select a.x, b.x, relkind from m.a, m.b, pg_class where oid = 'm.mv'::regclass")).toEqual([
      ['3', '3', 'r'],
    ]);
  });

  it("wait for no one's turn when they take nobody's place", async () => {
    const turns = createTurns();
    const end = signal();
    const holder = turns.during(({ inTurn }) => inTurn(async () => undefined).then(() => end.given));
    await turns.during(({ inTurn }) =>
      test.db.transaction(async (tx) => {
        await tx.query('create table m.t__aside as select 1 as k');
        const swap = swapStep(tx, of('t'), of('t__aside'), { modelAt: () => undefined, indexes: [] });
        await exclusively(tx, [swap], { patience: 0, inTurn });
      }),
    );
    expect(await query('select k from m.t')).toEqual([['1']]);
    end.give();
    await holder;
  });

  it("keep their patience while it is another one's turn", async () => {
    await query('create sequence m.attempts');
    const turns = createTurns();
    const [asks, ends] = [signal(), signal()];
    const holder = turns.during(({ inTurn }) => inTurn(async () => undefined).then(() => ends.given));
    const waiting = turns.during(({ inTurn }) =>
      test.db.transaction((tx) => {
        const told: InTurn = (work) => {
          asks.give();
          return inTurn(work);
        };
        const locks = [{ relation: of('t'), statement: 'select 1' }];
        const failsOnce = step('t', { locks, isStale: "nextval('m.attempts') = 1" });
        return exclusively(tx, [failsOnce], { patience: 60_000, inTurn: told });
      }),
    );
    await asks.given;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    ends.give();
    await Promise.all([holder, waiting]).finally(() => vi.useRealTimers());
    expect(await query('select last_value from m.attempts')).toEqual([['2']]);
  });
});

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunnerError } from '../../errors.ts';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import type { Relation } from '../../util/sql.ts';
import { type ExclusiveScript, type ExclusiveStep, exclusively } from './exclusive.ts';
import { replaceViewStep, swapStep } from './swap.ts';
import { createTurns } from './turns.ts';

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
});

describe('units of a run', () => {
  it('take turns, and who gives up before it has one leaves it to the next only then', async () => {
    const turns = createTurns();
    const heard: string[] = [];
    let end = (): void => undefined;
    const first = turns.during(async (take) => {
      await take();
      await take();
      heard.push('first');
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    const second = turns.during(async (take) => {
      void take();
      throw new Error('gone');
    });
    const third = turns.during(async (take) => {
      await take();
      heard.push('third');
    });
    await expect(second).rejects.toThrow('gone');
    heard.push('end');
    end();
    await Promise.all([first, third]);
    expect(heard).toEqual(['first', 'end', 'third']);
  });
});

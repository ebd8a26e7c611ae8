import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GatePlace, gatePlace } from './processes.ts';

let place: GatePlace;
const build = (models: Readonly<Record<string, string>>, ...args: string[]) => {
  for (const [name, sql] of Object.entries(models)) writeFileSync(join(place.dir, `models/marts/${name}.sql`), sql);
  return place.runner(['build', '--select', ...args]);
};
const DONE = { code: 0, stderr: '' };
const filled = (sql: string): string =>
  `{{ config(materialized='materialized_view', indexes=[{columns: ['k']}]) }} ${sql}`;
const seen = (sql: string): string => `{{ config(materialized='view') }} ${sql}`;
const kindOf = async (name: string) =>
  (await place.rows(`select relkind from pg_class where oid = 'marts.${name}'::regclass`))[0]?.[0];

beforeEach(async () => {
  place = await gatePlace();
});
afterEach(() => place?.close());

describe('a materialized view over a table whose columns change', () => {
  const before = {
    base: 'select 1 as k, 2 as x',
    between: seen("select k, x from {{ ref('base') }}"),
    mv: filled("select k, x from {{ ref('between') }}"),
    above: filled("select mv.k, base.x from {{ ref('mv') }} as mv, {{ ref('base') }} as base"),
  };
  const after = {
    base: 'select 5::bigint as k, 6 as y',
    between: seen("select k, y from {{ ref('base') }}"),
    mv: filled("select k, y from {{ ref('between') }}"),
    above: filled("select mv.k, base.y as x from {{ ref('mv') }} as mv, {{ ref('base') }} as base"),
  };
  const names =
    'select string_agg(relname, $$ $$ order by relname) from pg_class where relnamespace = $$marts$$::regnamespace and relname like $$%\\_\\_%$$';

  beforeEach(async () => {
    expect(await build(before, 'base+')).toMatchObject(DONE);
    await place.db.query(
      'create view marts.by_hand as select k from marts.above; create index by_hand_idx on marts.mv (x)',
    );
  });

  it('is filled anew by the run that changes them, and who reads it goes on doing so', async () => {
    expect(await build(after, 'base+')).toMatchObject(DONE);
    expect(await place.rows('select * from marts.by_hand, marts.mv, marts.above, marts.between')).toEqual([
      ['5', '5', '6', '5', '6', '5', '6'],
    ]);
    expect([await kindOf('mv'), await kindOf('above'), await place.rows(names)]).toEqual(['m', 'm', [[null]]]);
    expect(await place.rows("select indexdef like '%(k)' from pg_indexes where tablename = 'mv'")).toEqual([['t']]);
  });

  it('keeps its rows until then, also when it fails', async () => {
    const failed = await build({ ...after, mv: filled("select k / 0 as k, y from {{ ref('between') }}") }, 'base+');
    expect(failed.code).toBe(1);
    expect(await place.rows('select base.k, mv.k, mv.x, by_hand.k from marts.base, marts.mv, marts.by_hand')).toEqual([
      ['5', '1', '2', '1'],
    ]);
    expect(await place.rows("select count(*) from pg_indexes where tablename = 'mv'")).toEqual([['2']]);
    expect(
      await place.rows(
        `select kind, oid = 'marts.mv'::regclass::oid::bigint from runs.built_relation where relation_name = 'mv'`,
      ),
    ).toEqual([['r', 't']]);
    expect(await build(after, 'changed')).toMatchObject(DONE);
    expect([await kindOf('mv'), await place.rows('select k from marts.by_hand')]).toEqual(['m', [['5']]]);
  });

  it('is filled anew in the same run though what it reads came out the same, and is due when it was not', async () => {
    await place.db.query('drop view marts.by_hand');
    const other = { mv: before.mv.replace('k, x', 'k, x + 0 as x') };
    const { code, stdout } = await build(other, 'changed');
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok +materialized_view +marts\.above/);
    expect([await kindOf('mv'), await kindOf('above')]).toEqual(['m', 'm']);
    const wrong = {
      mv: before.mv.replace('k, x', 'k, x + 1 as x'),
      above: before.above.replace('mv.k', 'mv.k / 0 as k'),
    };
    expect((await build(wrong, 'changed')).code).toBe(1);
    expect([await kindOf('mv'), await kindOf('above')]).toEqual(['m', 'r']);
    expect((await place.runner(['explain'])).stdout).toContain('marts.above is no materialized view');
    expect(await build({ ...before, ...other }, 'changed')).toMatchObject(DONE);
    expect([await kindOf('mv'), await kindOf('above')]).toEqual(['m', 'm']);
    expect((await place.runner(['ls', '--select', 'changed'])).stdout).not.toContain('marts.');
  });

  it('that the run does not build keeps the table as it is, and is named with what to build', async () => {
    const { code, stderr } = await build(after, 'base', 'between');
    expect(code).toBe(1);
    expect(stderr).toContain('SWAP_BLOCKED models/marts/base.sql');
    expect(stderr).toContain('materialized view marts.above');
    expect(stderr).toContain('runner build --select base above');
    expect(await place.rows('select k from marts.base')).toEqual([['1']]);
  });
});

describe('a view that needs a column that its table loses', () => {
  it('and the run does not build is named with what to build', async () => {
    expect(
      await build({ base: 'select 1 as k, 2 as x', v: seen("select x from {{ ref('base') }}") }, 'base+'),
    ).toMatchObject(DONE);
    const next = { base: 'select 1 as k', v: seen("select k from {{ ref('base') }}") };
    const { stderr } = await build(next, 'base');
    expect(stderr).toContain('DEPENDENT_VIEW models/marts/base.sql');
    expect(stderr).toContain('runner build --select base v');
    expect(await build({}, 'base', 'v')).toMatchObject(DONE);
    const gone = await build({ base: 'select 2 as n', v: seen('select 1 as one') }, 'base');
    expect(gone.stderr).toContain('Build first what no longer reads it: runner build --select v');
    expect(await build({}, 'v')).toMatchObject(DONE);
    expect(await build({}, 'base')).toMatchObject(DONE);
  });

  it('and finds it in a new table of the same run tells what to build before', async () => {
    const before = { base: 'select 1 as k, 2 as x', v: seen("select k, x from {{ ref('base') }}") };
    expect(await build(before, 'base+')).toMatchObject(DONE);
    const after = {
      base: 'select 1 as k',
      other: 'select 1 as k, 3 as x',
      v: seen("select k, x from {{ ref('base') }} join {{ ref('other') }} using (k)"),
    };
    const { code, stderr } = await build(after, 'base', 'other', 'v', '--threads', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('its new SQL can\'t be made yet either: relation "marts.other" does not exist');
    const command = /run this command again: runner (.*)/.exec(stderr)?.[1] ?? '';
    expect(command).toBe('build --select +v --exclude base v');
    expect(await place.runner(command.split(' '))).toMatchObject(DONE);
    expect(await build({}, 'base', 'other', 'v')).toMatchObject(DONE);
    expect(await place.rows('select * from marts.v')).toEqual([['1', '3']]);
  });
});

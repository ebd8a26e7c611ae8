import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatePlace, gatePlace } from './processes.ts';

let place: GatePlace;
const build = async (config: string): Promise<readonly (readonly (string | null)[])[]> => {
  writeFileSync(join(place.dir, 'models/marts/first.sql'), `{{ config(${config}) }} select 1 as n`);
  expect(await place.runner(['build', '--select', 'first'])).toMatchObject({ code: 0, stderr: '' });
  return place.rows(
    "select a.grantee::regrole::text || ' ' || lower(a.privilege_type) from pg_class c, aclexplode(c.relacl) a where oid = 'marts.first'::regclass and a.grantee <> relowner order by 1",
  );
};

beforeAll(async () => {
  place = await gatePlace();
  await place.db.query('create role grants_reader; create role grants_other');
});
afterAll(async () => {
  await place.db.query('drop owned by grants_reader, grants_other; drop role grants_reader; drop role grants_other');
  await place.close();
});

it('what a configuration granted is revoked when it no longer names grants, and what was granted by hand is not', async () => {
  const granted = "grants={select: ['grants_reader', 'public'], update: 'grants_reader'}";
  expect(await build(granted)).toEqual([['- select'], ['grants_reader select'], ['grants_reader update']]);
  await place.db.query(
    'grant select, insert on marts.first to grants_other; grant insert on marts.first to grants_reader',
  );
  const byHand = [['grants_other insert'], ['grants_other select'], ['grants_reader insert']];
  expect(await build('tags=[]')).toEqual(byHand);
  await place.db.query('grant select on marts.first to grants_reader');
  expect(await build("tags=['again']")).toEqual([...byHand, ['grants_reader select']]);
  expect(await build("grants={insert: 'grants_reader'}")).toEqual([['grants_reader insert']]);
  expect(await build('grants={}')).toEqual([]);
});

it('what is not published with its grants yet, `db roles` lets nobody read: the next build does', async () => {
  const readers = (): Promise<unknown> =>
    place.rows(
      "select a.grantee::regrole::text from pg_class c, aclexplode(c.relacl) a where oid = 'marts.first'::regclass and a.grantee <> relowner",
    );
  const roles = async (): Promise<unknown> => {
    expect(await place.runner(['db', 'roles'])).toMatchObject({ code: 0, stderr: '' });
    return readers();
  };
  expect(await build("tags=['before']")).toEqual([]);
  const granted = "{{ config(grants={select: 'grants_reader'}) }} select 1 as n where true";
  writeFileSync(join(place.dir, 'models/marts/first.sql'), granted);
  expect(await roles()).toEqual([]);
  expect((await place.runner(['build', '--select', 'first'])).code).toBe(0);
  await place.db.query('revoke all on marts.first from grants_reader');
  expect(await roles()).toEqual([['grants_reader']]);
});

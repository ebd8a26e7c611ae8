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

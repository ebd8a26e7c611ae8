import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../adapters/postgres.ts';
import { parseProjectConfig } from '../../project/config.ts';
import { makeRoles } from '../../state/make-roles.ts';
import { ROOT } from '../cli.ts';
import { testDatabase } from '../database.ts';
import { fileEdits } from '../file-edits.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from '../sample-project.ts';
import { type Service, startService } from '../services/service.ts';
import { type SlackService, startSlack } from '../services/slack.ts';
import { CASES, type Case } from './cases.ts';
import { type Marked, markedSecrets, SECRET_FILES } from './marks.ts';
import { lookOn, marksIn, marksInDatabase, marksInFiles } from './search.ts';

let project: SampleProject;
let slack: SlackService;
let google: Service;
let secrets: Marked;
let role: string;
let now: Case | undefined;
const { edit, mend } = fileEdits(() => project.dir);

beforeAll(async () => {
  [project, slack] = await Promise.all([sampleProject(), startSlack()]);
  const all = readFileSync(join(ROOT, 'sources/sample/declarations.csv'), 'utf8');
  const declarations = all.split('\n').slice(0, 60).join('\n');
  google = await startService(() => ({ headers: { 'content-type': 'text/csv' }, body: declarations }));
  secrets = markedSecrets(project.dir, { ...slack, sheet: google.url, tokens: google.url });
  const file = join(project.dir, 'project.yml');
  copyFileSync(join(ROOT, 'runner/test/secrets/leaky.mjs'), join(project.dir, 'sources/leaky.mjs'));
  writeFileSync(file, readFileSync(file, 'utf8').replace('when_flag: G', 'when_flag: G\n    pace: 0ms'));
  // A server of people has roles with passwords, and a database of the role's own; an administrator has made those that read.
  await makeRoles(project.db, parseProjectConfig(readFileSync(file, 'utf8'), 'project.yml').roles, new Map());
  role = `${project.config.database}_role`;
  await project.db.query(`create role ${role} login password '${secrets.env.PGPASSWORD}'`);
  await project.db.query(`alter database ${project.config.database} owner to ${role}`);
});
afterAll(async () => {
  await project?.close();
  await Promise.all([slack?.close(), google?.close()]);
  const { db, drop } = await testDatabase();
  await db.query(`drop role if exists ${role}`);
  await drop();
});

const name = ({ args, sheet, env = {}, edits = [] }: Case): string =>
  [
    args.join(' '),
    sheet && `the sheet: ${JSON.stringify(sheet)}`,
    ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
    ...edits.map(([file, , text]) => `${file}: ${text}`),
  ]
    .filter(Boolean)
    .join(', ');

describe('no secret is in what is said, kept or seen of', () => {
  it.each(CASES.map((one) => [name(one), one] as const))('%s', async (_, one) => {
    now = one;
    const { sheet } = one;
    if (sheet !== undefined)
      google.fail(
        Array.from({ length: 12 }, () => sheet),
        () => now === one,
      );
    for (const [file, from, to] of one.edits ?? []) edit(file, from, to);
    const onlooker = lookOn(project.db);
    const { code, stdout, stderr } = await project.runner(
      [...one.args, ...(DATED.includes(one.args[0] ?? '') ? SAMPLE_DAY : [])],
      { ...secrets.env, PGUSER: role, SERVICE_RETRIES: '0', ...one.env },
    );
    const seen = await onlooker.seen();
    mend();
    expect({ code, said: marksIn(`${stdout}${stderr}`, secrets.marks), seen: marksIn(seen, secrets.marks) }).toEqual({
      code: one.code,
      said: [],
      seen: [],
    });
    expect(marksInFiles(project.dir, secrets.marks, SECRET_FILES)).toEqual([]);
  });

  it('of any of them, in the database in the end', async () => {
    expect(await marksInDatabase(project.db, secrets.marks)).toEqual([]);
    expect(await project.rows('select count(*) > 15 from ops.run where error is not null')).toEqual([['t']]);
    expect(await project.rows("select count(*) from ops.node_result where message ~ '\\*\\*\\*'")).not.toEqual([['0']]);
  });

  it('what leaked on purpose, of which the rest is told', async () => {
    edit('sources/sources.yml', 'dist/sources/sport/load.js', 'sources/leaky.mjs');
    const env = { ...secrets.env, PGUSER: role, LEAK: 'fault' };
    const { stderr } = await project.runner(['load', 'sport', ...SAMPLE_DAY], env);
    mend();
    expect(stderr).toContain('LEAK *** *** ');
    expect(stderr).toContain(`http://${new URL(slack.url).host}*** `);
    expect(stderr).toContain('reader@people.iam.example');
  });
});

const DATED = ['pipeline', 'build', 'load', 'debug', 'explain', 'compile', 'show', 'test'];

describe('a mark that was put there is found', () => {
  const marks = ['marked-word-1'];

  it('in a text: as it is, in other letters, in base64', () => {
    for (const text of ['a marked-word-1', 'MARKED-WORD-1!', Buffer.from('u:marked-word-1').toString('base64')])
      expect(marksIn(text, marks)).toEqual(marks);
    expect(marksIn('a marked-word', marks)).toEqual([]);
  });

  it('in a file below the folder, but for those that hold it by right', () => {
    const dir = mkdtempSync(join(tmpdir(), 'runner-marks-'));
    writeFileSync(join(dir, 'a.json'), '{"x":"marked-word-1"}');
    writeFileSync(join(dir, 'b.json'), '{"x":"marked-word-1"}');
    expect(marksInFiles(dir, marks, ['b.json'])).toEqual(['a.json: marked-word-1']);
    rmSync(dir, { recursive: true });
  });

  it.each([
    [
      'a row',
      "create schema ops; create table ops.t as select 1, array['x marked-word-1'] as v",
      'ops.t: marked-word-1',
    ],
    [
      'base64',
      `create table t as select '${Buffer.from('xmarked-word-1').toString('base64')}' as v`,
      'public.t: marked-word-1',
    ],
    ['a comment', "create table t (x int); comment on column t.x is 'marked-word-1'", 'comments: marked-word-1'],
    ['a view', "create view v as select 'marked-word-1'::text as x", 'views: marked-word-1'],
  ])('in the database: %s', async (_, sql, expected) => {
    const { db, drop } = await testDatabase();
    await db.query(sql);
    expect(await marksInDatabase(db, marks)).toEqual([expected]);
    await drop();
  });

  it('in the name of a session, its query and the arguments of a process', async () => {
    const onlooker = lookOn(project.db, 5);
    const named = openDatabase(project.config, { applicationName: 'marked-word-1' });
    await named.query("select 'marked-word-2', pg_sleep(0.2)");
    await named.close();
    const seen = await onlooker.seen();
    expect(marksIn(seen, ['marked-word-1', 'marked-word-2'])).toHaveLength(2);
    if (process.platform === 'linux') expect(seen).toContain('vitest');
  });
});

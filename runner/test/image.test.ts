import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './cli.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { copiesOf, copyInto, isSeen, readStages, saidBy } from './dockerfile.ts';
import { operations } from './operator.ts';
import { makeOwner } from './sportdb-role.ts';

const stages = readStages(join(ROOT, 'Dockerfile'));
const image = stages.at(-1);
const dockerignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8');
const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

let root: string;
let database: TestDatabase;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'runner-test-image-'));
  // No Docker is needed: the image's folder is made here by the COPY instructions, its packages linked.
  copyInto(root, image, ROOT, ['node_modules', '.venv-soda']);
  const runner = join(root, 'usr/local/bin/runner');
  writeFileSync(runner, readFileSync(runner, 'utf8').replace('/app', root));
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

/** As Kestra's task runner calls it: by a shell, from a folder of its own, with the image's PATH and no other variables. */
function inImage(command: string, env: Readonly<Record<string, string>> = {}): string {
  const path = [join(root, 'usr/local/bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  return execFileSync('/bin/sh', ['-c', command], { cwd: tmpdir(), env: { PATH: path, ...env }, encoding: 'utf8' });
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort();
}

it('the image holds what the project needs: it lists the same nodes as the project itself', () => {
  const here = execFileSync(process.execPath, ['bin/runner.mjs', 'ls', '--output', 'json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(JSON.parse(inImage('runner ls --output json'))).toEqual(JSON.parse(here));
});

it('the pipeline, the site and each script that docs/operations.md names for the image run in it as the role that sportdb is made with, and write nothing outside of target', async () => {
  const { host, port } = database.config;
  const before = filesBelow('.').filter((file) => !file.startsWith('target'));
  const owner = await makeOwner(database);
  const env = {
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: database.config.database,
    ...owner,
    P12_PSEUDO_SALT: 'a-salt-for-tests',
    RH_XLSX: 'sources/sample/rh.xlsx',
    SPORT_XLSX: 'sources/sample/sport.xlsx',
    URL_GSHEET: 'sources/sample/declarations.csv',
    TRAJETS_CSV: 'sources/sample/trajets.csv',
    KESTRA_EXECUTION_ID: 'in-the-image',
    GIT_COMMIT: 'commit-of-the-image',
  };
  const last = inImage('runner pipeline --as-of 2026-11-24', env).trimEnd().split('\n').at(-1);
  expect(last).toContain('"status":"success"');
  const { rows } = await database.db.query('select run_id, git_commit, status from ops.run');
  expect(rows).toEqual([['in-the-image', 'commit-of-the-image', 'success']]);
  // What the role that makes sds_bi gets with it: on this server another test may have made it.
  await database.db.query(`grant sds_bi to ${owner.PGUSER} with admin true, inherit false, set false`);
  expect(inImage('runner docs --as-of 2026-11-24', env)).toMatch(/open .*target\/docs\/index\.html/);
  const index = readFileSync(join(root, 'target/docs/index.html'), 'utf8');
  expect(index).toContain('As sds_bi sees them');
  expect(index.split('class="card-value"').length).toBe(7);
  const scripts = [...operations().matchAll(/--entrypoint node runner (\S+\.mjs)/g)].map(([, script = '']) => script);
  expect(new Set(scripts)).toEqual(new Set(['scripts/rekey.mjs']));
  for (const script of scripts) {
    // Compose starts it where the image's WORKDIR is.
    const said = inImage(`cd '${root}' && node ${script}`, {
      ...env,
      KESTRA_EXECUTION_ID: '',
      P12_PSEUDO_SALT: 'another',
    });
    expect(said).toMatch(/^\d{3} former keys replaced$/m);
  }
  expect(filesBelow('.').filter((file) => !file.startsWith('target'))).toEqual(before);
});

it('the role that sportdb is made with is no superuser, makes no database and owns none; nobody else may connect', async () => {
  const { PGUSER } = await makeOwner(database);
  const { rows } = await database.db.query(
    `select rolsuper, rolcreatedb, rolbypassrls, rolreplication, pg_has_role(rolname, datdba, 'usage'), has_database_privilege(rolname, current_database(), 'create'),
      has_database_privilege(rolname, current_database(), 'connect with grant option'), has_database_privilege('public', current_database(), 'connect, temporary')
    from pg_roles, pg_database where rolname = $1 and datname = current_database()`,
    [PGUSER],
  );
  expect(rows).toEqual([['f', 'f', 'f', 'f', 'f', 't', 't', 'f']]);
});

it('what is compiled needs no package that is for development alone, or that the image leaves out', () => {
  const compiled = filesBelow('dist').filter((file) => file.endsWith('.js'));
  const packages = new Set(
    compiled.flatMap((file) =>
      [
        ...readFileSync(join(root, 'dist', file), 'utf8').matchAll(/(?:from\s|import\(|import\s)'([^'.\n][^'\n]*)'/g),
      ].flatMap(([, name = '']) => (name.startsWith('node:') ? [] : [/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? ''])),
    ),
  );
  expect(packages.size).toBeGreaterThan(8);
  expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
  expect(Object.keys(devDependencies).filter((name) => packages.has(name))).toEqual([]);
});

it('every stage starts from the same pinned image, with a Node that the project accepts', () => {
  const [from, ...others] = [...new Set(stages.map((stage) => stage.from))];
  expect(others).toEqual([]);
  expect(from).toMatch(/^node:2[2468]\.\d+-bookworm-slim$/);
});

it('packages are installed by the lock file, and the image gets neither those for development nor the embedded server', () => {
  const installs = stages.flatMap((stage) => saidBy(stage, 'RUN').filter((text) => /\bnpm\b/.test(text)));
  expect(installs.filter((text) => !/^npm ci /.test(text))).toEqual([]);
  const taken = copiesOf(image).find(({ target }) => target === 'node_modules')?.stage;
  const [install] = saidBy(
    stages.find(({ name }) => name === taken),
    'RUN',
  );
  expect(install).toContain('--omit=dev --omit=optional');
});

it('the image starts runner as a user who is not root, and its health is asked of the project', () => {
  expect(saidBy(image, 'USER')).toEqual(['10001:10001']);
  expect(saidBy(image, 'ENTRYPOINT')).toEqual(['["runner"]']);
  expect(saidBy(image, 'HEALTHCHECK').join()).toContain('CMD runner ls');
  // Nothing that root does comes after.
  const names = (image?.instructions ?? []).map(([name]) => name);
  expect(names.slice(names.indexOf('USER')).filter((name) => name === 'COPY')).toEqual([]);
});

it('a build sees all that it copies, and no secret, data, history, test or package of this machine', () => {
  const copied = stages.flatMap((stage) => copiesOf(stage).flatMap((copy) => (copy.stage ? [] : copy.sources)));
  expect(copied.filter((path) => !isSeen(dockerignore, path) || !existsSync(join(ROOT, path)))).toEqual([]);
  const kept = [
    '.env',
    '.env.example',
    'sources/.env',
    '.data/postgres/base',
    '.git/config',
    'node_modules/pg/index.js',
    '.venv-soda/bin/python',
  ];
  const unneeded = [
    'target/run_results.json',
    'dist/runner/cli.js',
    'runner/test/cli.ts',
    'runner/interrupt.test.ts',
    'docs/decisions/README.md',
  ];
  expect([...kept, ...unneeded].filter((path) => isSeen(dockerignore, path))).toEqual([]);
});

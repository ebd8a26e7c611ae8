import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionLost } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { migrate } from '../state/migrations.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import type { Landing } from './land.ts';
import { type LoaderRun, runLoader } from './run-loader.ts';

let projectDir: string;
beforeAll(() => {
  projectDir = mkdtempSync(join(tmpdir(), 'runner-test-'));
});
afterAll(() => rmSync(projectDir, { recursive: true }));

it('asks for the requests that raw does not hold yet, whatever the names of their key', async () => {
  writeFileSync(join(projectDir, 'ask.mjs'), 'export default () => undefined;');
  const node = {
    name: 'oracle.answers',
    relation: { schema: 'raw', name: 'oracle_answers' },
    source: { loader: 'ask.mjs', env: {}, requests: { model: 'question', key: ['a "name"'] } },
  } as unknown as SourceNode;
  const db = { query: (sql: string) => Promise.reject(new Error(sql)) };
  const run = { db, projectDir, env: () => undefined } as unknown as LoaderRun;
  const asked = runLoader(run, node, undefined, { schema: 'm', name: 'question' });
  await expect(asked).rejects.toThrow('where known."a ""name""" = asked."a ""name"""::text');
});

describe('when the connection is lost before the commit', () => {
  let test: TestDatabase;
  let notices: string[];
  beforeAll(async () => {
    test = await testDatabase();
    await migrate(test.config, 'ops');
    await test.db.query(
      `create sequence public.cuts; create table public.question as select 'a' as product;
       create function public.cut() returns trigger language plpgsql as
         'begin if nextval(''public.cuts'') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end';
       create trigger cut before insert on ops.batch for each row execute function public.cut()`,
    );
  });
  beforeEach(async () => {
    notices = [];
    writeFileSync(join(projectDir, 'asked'), '');
    await test.db.query('drop schema if exists raw cascade; delete from ops.batch; alter sequence public.cuts restart');
  });
  afterAll(() => test?.drop());

  /** Runs a loader of one row; `rows` is its expression for them. */
  async function load(file: string, rows: string, source: object): Promise<Landing> {
    writeFileSync(
      join(projectDir, file),
      `import { appendFileSync } from 'node:fs';
       export default async ({ projectDir }) => {
         appendFileSync(projectDir + '/asked', '.');
         const rows = [{ number: 1, cells: ['a'] }];
         return { origin: 'service', rows: ${rows} };
       };`,
    );
    const node = {
      name: 'oracle.answers',
      relation: { schema: 'raw', name: 'oracle_answers' },
      source: { system: 'oracle', table: 'answers', loader: file, env: {}, vars: [], columns: ['product'], ...source },
    } as unknown as SourceNode;
    const run = {
      db: test.db,
      stateSchema: 'ops',
      runId: file,
      projectDir,
      asOf: '2026-11-24',
      vars: {},
      env: () => undefined,
      sampleAllowed: false,
      notice: (message: string) => void notices.push(message),
    };
    return runLoader(run, node, undefined, { schema: 'public', name: 'question' });
  }
  const asked = (): number => readFileSync(join(projectDir, 'asked'), 'utf8').length;
  const landed = async () => (await test.db.query('select batch_id from ops.batch')).rows.length;
  const paid = { mode: 'append', requests: { model: 'question' } };
  const STREAM = '(async function* () { yield* rows; })()';

  it('answers that were paid for are landed all the same, and not asked for once more', async () => {
    const { batch } = await load('paid.mjs', 'rows', paid);
    expect(batch?.rowCount).toBe(1);
    expect([asked(), await landed()]).toEqual([1, 1]);
    expect(notices).toEqual([expect.stringMatching(/Nothing was landed: it is landed again \(1 of 2\)$/)]);
  });

  it('answers that came as a stream are lost, and asked for by the next run', async () => {
    await expect(load('stream.mjs', STREAM, paid)).rejects.toBeInstanceOf(ConnectionLost);
    expect([asked(), await landed()]).toEqual([1, 0]);
  });

  it('a source that costs nothing is read again', async () => {
    expect((await load('free.mjs', STREAM, { mode: 'replace' })).batch?.rowCount).toBe(1);
    expect([asked(), await landed()]).toEqual([2, 1]);
    expect(notices).toEqual([expect.stringMatching(/it is read again/)]);
  });
});

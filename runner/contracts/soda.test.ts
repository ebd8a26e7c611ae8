import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled, RunnerError } from '../errors.ts';
import { openSoda, type SodaEngine } from './soda.ts';

const CONTRACT = `dataset: ds/db/s/t
columns:
  - {name: a, checks: [{missing: }, {invalid: {valid_values: [1]}}]}
`;
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'runner-soda-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A process in Soda's place that says hello, then does what is told with each line, `line`, that it gets. */
function open(onLine: string, signal?: AbortSignal): Promise<SodaEngine> {
  const script = join(dir, `${Math.random()}.mjs`);
  const say = 'const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\\n");';
  const lines = "import { createInterface } from 'node:readline'; let count = 0;";
  writeFileSync(
    script,
    `${lines}${say}createInterface({ input: process.stdin }).on('line', (line) => { count += 1; if (count === 1) say({ version: '9' }); else { ${onLine} } });`,
  );
  const connection = { host: 'h', port: 1, user: 'u', password: 'p', database: 'd' };
  return openSoda({ python: process.execPath, script, connection, dataSource: 'ds', timezone: 'UTC', signal });
}

const verify = (soda: SodaEngine) => soda.verify({ file: 'f', text: CONTRACT, clock: new Date(0) });

/** The code and message of what is thrown. */
async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof RunnerError)) throw error;
  return `${error.exitCode} ${error.faults[0]?.code}: ${error.faults[0]?.message}`;
}

describe('the real Soda', () => {
  it('is told the contract as it stands, and the day that it is measured at', async () => {
    const soda = await open('say({ status: "PASSED", checks: [], errors: [line] })');
    const { errors } = await verify(soda);
    expect(JSON.parse(errors[0] ?? '')).toEqual({
      file: 'f',
      text: CONTRACT,
      variables: {},
      now: '1970-01-01T00:00:00.000+00:00',
    });
    soda.close();
  });

  it('that ends in the middle fails the command with its last words', async () => {
    const soda = await open('process.stderr.write("ImportError: no soda"); process.exit(3)');
    expect(await faultOf(verify(soda))).toBe('1 SODA_FAILED: the real Soda could not go on: ImportError: no soda');
    expect(await faultOf(verify(soda))).toContain('SODA_FAILED');
  });

  it('that can not begin says why', async () => {
    const script = join(dir, 'fatal.mjs');
    writeFileSync(script, 'process.stdout.write(JSON.stringify({ fatal: "connection refused" }) + "\\n")');
    const connection = { host: 'h', port: 1, user: 'u', database: 'd' };
    const opening = openSoda({ python: process.execPath, script, connection, dataSource: 'ds', timezone: 'UTC' });
    expect(await faultOf(opening)).toBe('1 SODA_FAILED: the real Soda could not go on: connection refused');
  });

  it('that answers with something else than JSON fails the command', async () => {
    const soda = await open('process.stdout.write("Traceback\\n")');
    expect(await faultOf(verify(soda))).toBe(
      '1 SODA_FAILED: the real Soda could not go on: it answered with something else than JSON: Traceback',
    );
  });

  it('whose connection was lost may be asked again', async () => {
    const soda = await open('say({ status: "ERROR", checks: [], errors: [], lost: count === 2 })');
    expect(await faultOf(verify(soda))).toContain('CONNECTION_LOST');
    expect(await verify(soda)).toMatchObject({ status: 'ERROR' });
    soda.close();
  });

  it('ends when the command is told to', async () => {
    const controller = new AbortController();
    const soda = await open('', controller.signal);
    const verifying = verify(soda);
    controller.abort(new Cancelled('SIGINT'));
    expect(await faultOf(verifying)).toMatch(/^130 CANCELLED/);
  });

  it('is given neither password nor secret in its environment', async () => {
    process.env.SECRET_OF_A_TEST = 'hidden';
    const soda = await open('say({ status: "PASSED", checks: [], errors: Object.keys(process.env) })');
    const { errors } = await verify(soda);
    expect(errors).toContain('PGTZ');
    expect(errors).not.toContain('SECRET_OF_A_TEST');
    expect(errors).not.toContain('PGPASSWORD');
    soda.close();
    delete process.env.SECRET_OF_A_TEST;
  });
});

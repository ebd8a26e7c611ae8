import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './cli.ts';
import { runWarm } from './warm.ts';

/** More than are done without other threads. */
const MODELS = 320;
const names = Array.from({ length: MODELS }, (_, index) => `m${index}`);

let dir: string;
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'many-'));
  write(
    'project.yml',
    'name: many\nmodels: {all: {schema: s, materialized: table, unique_key: [n], indexes: [{columns: [n]}]}}\n',
  );
  write('macros/twice.sql', '{% macro twice(x) %}2 * {{ x }}{% endmacro %}');
  names.forEach((name, index) => {
    const read = index === 0 ? '' : ` from {{ ref('m${index - 1}') }}`;
    const mode = index % 100 === 7 ? ", '{{ env('MODE', 'none') }}' as mode" : '';
    write(`models/all/${name}.sql`, `select {{ twice(${index}) }} as n${mode}${read}`);
    write(`soda/${name}.yml`, `dataset: many/many/s/${name}\ncolumns:\n  - {name: n, data_type: integer}\n`);
  });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Compiled {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly manifest: string;
}

/** Compiles the project as from a fresh clone: with nothing kept. */
async function compile(env: Readonly<Record<string, string>> = {}): Promise<Compiled> {
  rmSync(join(dir, 'target'), { recursive: true, force: true });
  const ended = await runWarm(dir, ['compile', '--output', 'json', '--project-dir', dir], { PATH: '', ...env });
  if (ended.code !== 0) return { ...ended, manifest: '' };
  const manifest = readFileSync(join(dir, 'target', 'manifest.json'), 'utf8');
  return {
    ...ended,
    manifest: manifest.replaceAll(/"(generated_at|invocation_id|invocation_started_at)": ?"[^"]*"/g, ''),
  };
}

const WITHOUT = { RUNNER_CACHE: '0' };

describe('a project of hundreds of models, compiled by several threads', () => {
  it('is what one thread makes of it', async () => {
    const many = await compile();
    expect([many.code, many.stderr]).toEqual([0, '']);
    expect(JSON.parse(many.stdout)).toHaveLength(MODELS);
    expect(many).toEqual(await compile(WITHOUT));
  });

  it('sees a variable of the environment, which only one of the threads can ask for', async () => {
    const many = await compile({ MODE: 'fast' });
    expect(many.stdout).toContain("'fast' as mode");
    expect(many).toEqual(await compile({ ...WITHOUT, MODE: 'fast' }));
  });

  it('tells the same faults, all of them', async () => {
    write('models/all/m311.sql', "select {{ twise(1) }} as n from {{ ref('m999') }}");
    write('models/all/m17.sql', 'select from from');
    write('soda/m200.yml', 'dataset: many/many/s/m200\ncolumms: []\n');
    const many = await compile();
    expect(many.code).toBe(2);
    for (const file of ['models/all/m311.sql', 'models/all/m17.sql', 'soda/m200.yml'])
      expect(many.stderr).toContain(file);
    expect(many).toEqual(await compile(WITHOUT));
  });
});

describe('the threads', () => {
  it('give back all items in their order, but for those that fail', async () => {
    write(
      'task.mjs',
      "export const open = async (sign) => async (n) => { if (n % 97 === 5) throw new Error('no'); return n + sign; };",
    );
    const { inThreads } = (await import(
      join(ROOT, 'dist/runner/util/threads.js')
    )) as typeof import('../util/threads.ts');
    const numbers = Array.from({ length: 1000 }, (_, n) => n);
    const module = pathToFileURL(join(dir, 'task.mjs'));
    const texts = await inThreads(module, '!', numbers);
    expect(texts).toEqual(numbers.map((n) => (n % 97 === 5 ? undefined : `${n}!`)));
    expect(await inThreads(module, '!', numbers.slice(0, 299))).toEqual([]);
  });
});

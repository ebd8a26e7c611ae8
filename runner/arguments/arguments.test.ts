import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../commands/index.ts';
import { readWithYargs } from './full.ts';
import { plainCall, readArguments } from './read.ts';

const VALUES = ['changed', '+orders', 'a,b', '4', '0', '-1', '1e3', '007', 'x=1', 'true', 'json', "'q'", '', 'été'];
const FLAGS = ['--select', '-s', '--exclude', '--vars', '--threads', '--quiet', '-q', '--no-quiet', '--fail-fast'];
const OTHERS = [
  '--output',
  '-o',
  '--log-format',
  '--as-of',
  '--target',
  '--full-refresh',
  '--selec',
  '--',
  '--threads=2',
];
const WORDS = [...VALUES, ...FLAGS, ...OTHERS];

/** A fixed sequence: the same command lines in every run of the tests. */
function commandLines(count: number): readonly (readonly string[])[] {
  let seed = 20_261_124;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const names = COMMANDS.map(({ command }) => command.split(' ')[0] ?? '');
  return Array.from({ length: count }, () => [pick(names), ...Array.from({ length: next(5) }, () => pick(WORDS))]);
}

/** The options alone, by the names that commands read. */
function options(args: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, unknown>> {
  const entries = Object.entries(args ?? {}).filter(([name]) => name.length > 1 && !/[-$]/.test(name));
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined).sort());
}

describe('a plain command line', () => {
  it.each([
    [['build', '--select', 'changed'], { select: ['changed'] }],
    [
      ['build', '-s', 'a', 'b+', '--exclude', 'c', '--fail-fast'],
      { select: ['a', 'b+'], exclude: ['c'], failFast: true },
    ],
    [
      ['pipeline', '--as-of', '2026-10-31', '--vars', 'a=1', 'b=x', '--threads', '2', '-q'],
      { vars: ['a=1', 'b=x'], threads: 2 },
    ],
    [['ls', '--output', 'json'], { output: 'json' }],
  ])('%j is read without yargs', (argv, expected) => {
    expect(plainCall(argv)?.args).toMatchObject(expected);
  });

  it('is read as yargs reads it, or left to yargs', async () => {
    let plain = 0;
    for (const argv of commandLines(800)) {
      const call = plainCall(argv);
      if (!call) continue;
      plain += 1;
      const full = await readWithYargs(argv);
      expect([argv, full?.spec.command, options(full?.args)]).toEqual([argv, call.spec.command, options(call.args)]);
    }
    expect(plain).toBeGreaterThan(50);
  });

  it.each([
    [['build', '--threads', '0'], '--threads must be a whole number from 1, not 0'],
    [['build', '--selct', 'a'], 'Unknown argument: selct. Did you mean "select"?'],
    [['load', '--full-refresh'], 'load has no --full-refresh, only build, pipeline, retry'],
    [
      ['debug', '--full-refresh=true', '--selct', 'a'],
      'debug has no --full-refresh, only build, pipeline, retry; Unknown argument: selct',
    ],
    [['biuld'], 'Unknown argument: biuld. Did you mean "build"?'],
    [[], 'which command?'],
  ])('%j is refused in words', async (argv, message) => {
    const failure = await readArguments(argv).catch((error: Error) => error.message);
    expect(failure).toBe(message);
  });
});

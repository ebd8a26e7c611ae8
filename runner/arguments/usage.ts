import type { CommandSpec } from '../commands/index.ts';

/** The command that was called, with its options by camel-case name. */
export interface Call {
  readonly spec: CommandSpec;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A command line that can't be understood, in words. */
export class UsageError extends Error {}

/**
 * What may be read as a number but no command can use.
 * @throws UsageError
 */
export function requireNumbers({
  threads,
  limit,
  rows,
  examples,
  last,
  wait,
  depth,
}: Readonly<Record<string, unknown>>): void {
  const isCount = (value: unknown, least: number): boolean => Number.isInteger(value) && (value as number) >= least;
  if (!isCount(threads, 1)) throw new UsageError(`--threads must be a whole number from 1, not ${threads}`);
  if (limit !== undefined && !isCount(limit, 0))
    throw new UsageError(`--limit must be a whole number from 0, not ${limit}`);
  if (rows !== undefined && !isCount(rows, 0))
    throw new UsageError(`--rows must be a whole number from 0, not ${rows}`);
  if (examples !== undefined && !isCount(examples, 0))
    throw new UsageError(`--examples must be a whole number from 0, not ${examples}`);
  if (last !== undefined && !isCount(last, 1))
    throw new UsageError(`--last must be a whole number from 1, not ${last}`);
  if (depth !== undefined && !isCount(depth, 1))
    throw new UsageError(`--depth must be a whole number from 1, not ${depth}`);
  if (wait !== undefined && !isCount(wait, 0))
    throw new UsageError(`--wait takes a whole number of seconds from 0: --wait, or --wait=600`);
}

/**
 * Messages that are passed over can't be had back: what is not clearly asked for is not done.
 * @throws UsageError
 */
export function requireKeys({ skip, skipAll, dryRun }: Readonly<Record<string, unknown>>): void {
  if (skip === undefined && !skipAll) return;
  if (Array.isArray(skip) && (skip.length === 0 || skip.includes('')))
    throw new UsageError('--skip takes the keys of messages: --skip KEY');
  const given = [dryRun && '--dry-run', skip && '--skip', skipAll && '--skip-all'].filter(Boolean);
  if (given.length > 1) throw new UsageError(`${given.join(', ')}: one at a time`);
}

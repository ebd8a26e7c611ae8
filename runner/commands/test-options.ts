import { RunnerError } from '../errors.ts';
import type { TestArgs } from './test.ts';

/** @throws RunnerError `OPTIONS_CONFLICT` where options of `test` make no sense together */
export function requireTestOptions({ history, last, output, unit, engine }: TestArgs): void {
  const conflicts: readonly (readonly [boolean, string])[] = [
    [unit && !!engine, '--engine is of contracts, and --unit of unit tests'],
    [!!history && unit, '--history is of contracts, and --unit of unit tests'],
    [!!history && !!engine, '--history evaluates nothing, and --engine says who does; each point names its engine'],
    [!history && last !== undefined, '--last says how many runs --history shows'],
    [!history && output === 'json', '--output json is the answer of --history'],
  ];
  const faults = conflicts
    .filter(([isSo]) => isSo)
    .map(([, message]) => ({ code: 'OPTIONS_CONFLICT', message, hint: hintOf(!!history || (unit && !!engine)) }));
  if (faults.length > 0) throw new RunnerError(faults);
}

function hintOf(areBothThere: boolean): string {
  return areBothThere ? 'Leave one of them away.' : 'Add --history, or use --log-format json to read what test does.';
}

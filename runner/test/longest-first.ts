import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Small files that take long, the longest first: begun last, they would keep one worker alone to the end. */
const LONG = [
  'runner/test/routing.test.ts',
  'runner/test/kestra/daily.test.ts',
  'runner/test/parity/generated.test.ts',
  'runner/test/crash/kill.test.ts',
  'runner/test/crash/server-stop.test.ts',
  'runner/test/commutes.test.ts',
  'runner/test/figures-runs.test.ts',
  'runner/test/figures.test.ts',
  'runner/test/services-down.test.ts',
  'runner/test/crash/kill-first.test.ts',
  'runner/test/mutations.test.ts',
  'runner/test/embedded.test.ts',
  'runner/test/pgtools/backup.test.ts',
  'runner/test/parity/project.test.ts',
  'runner/test/rekey.test.ts',
];

/** Of the others Vitest begins with the largest files or, where it has run before, with the slowest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ranks = new Map(LONG.map((file, rank) => [join(this.ctx.config.root, file), rank]));
    const rank = ({ moduleId }: TestSpecification): number => ranks.get(moduleId) ?? LONG.length;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

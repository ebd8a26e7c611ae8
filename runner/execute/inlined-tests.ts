import { inlinedIn } from '../graph/inlined.ts';
import { ended } from './ended.ts';
import { record } from './record.ts';
import type { NodeResult } from './types.ts';
import { failedTests, havePassed, testUnit } from './unit-tests.ts';

/**
 * Runs the unit tests of the ephemeral models that stand in the SQL of some nodes: they are no step of their own.
 * @returns those that do not pass, of which no reader may be built
 */
export async function testInlined(
  context: Parameters<typeof testUnit>[0] & Parameters<typeof record>[0],
  ids: readonly string[],
): Promise<readonly NodeResult[]> {
  const startedAt = new Date();
  const inlined = new Set(ids.flatMap((id) => inlinedIn(context.graph, id)));
  const tests = await testUnit(context, [...inlined]);
  const results = [...inlined].flatMap((node): readonly NodeResult[] => {
    const unitTests = tests.get(node.id);
    if (!unitTests) return [];
    const { status = 'success', ...failed } = havePassed(unitTests) ? {} : failedTests(unitTests);
    return [ended(node, startedAt, status, { unitTests, ...failed })];
  });
  await record(context, results);
  return results.filter(({ status }) => status !== 'success');
}

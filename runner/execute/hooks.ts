import type { Session } from '../adapters/types.ts';
import { readStatement } from '../contracts/plan.ts';
import { EXIT, RunnerError } from '../errors.ts';
import type { ModelNode } from '../graph/types.ts';

/**
 * Runs a model's hooks, each one statement of the transaction that builds it.
 * @throws RunnerError `HOOK_INVALID` for several in one, or one that would end the transaction
 */
export async function runHooks(session: Session, node: ModelNode, hooks: readonly string[]): Promise<void> {
  for (const hook of hooks) {
    const { sql, refusal } = readStatement(hook);
    if (refusal !== null) {
      throw new RunnerError(
        {
          code: 'HOOK_INVALID',
          message: `a hook of ${node.name} is more than one statement, or would end the transaction`,
          file: node.file,
          expected: 'one statement a hook: a list of texts for several',
          found: hook.trim().slice(0, 200),
        },
        EXIT.failed,
      );
    }
    if (sql.trim() !== '') await session.query(sql, []);
  }
}

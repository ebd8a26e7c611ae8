import type { Session } from '../adapters/types.ts';
import { readStatement } from '../contracts/statement.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import type { ModelNode } from '../graph/types.ts';
import { faultsOf } from './faults.ts';

/**
 * Runs a model's hooks, each one statement of the transaction that builds it.
 * @throws RunnerError naming the hook: what the server has against it, or `HOOK_INVALID` for several statements in one
 * or one that would end the transaction
 */
export async function runHooks(
  session: Session,
  node: ModelNode,
  kind: 'pre_hook' | 'post_hook',
  hooks: readonly string[],
): Promise<void> {
  for (const [index, hook] of hooks.entries()) {
    const name = hooks.length > 1 ? `${kind} ${index + 1}` : kind;
    const found = `${name}: ${hook.trim().slice(0, 200)}`;
    const { sql, refusal } = readStatement(hook);
    if (refusal !== null) {
      throw new RunnerError(
        {
          code: 'HOOK_INVALID',
          message: `${name} of ${node.name} is more than one statement, or would end the transaction`,
          file: node.file,
          expected: 'one statement a hook: a list of texts for several',
          found,
        },
        EXIT.failed,
      );
    }
    if (sql.trim() === '') continue;
    await session.query(sql, []).catch((error: unknown) => {
      if (!(error instanceof DatabaseError)) throw error;
      const hint = error.hint ?? `Correct the ${kind}, in the model's config() or for its folder in project.yml.`;
      const faults = faultsOf(node, error).map((fault) => ({
        ...fault,
        message: fault.message.replace(`${node.name}: `, `${name} of ${node.name}: `),
        found,
        hint,
      }));
      throw new RunnerError(faults, EXIT.failed);
    });
  }
}

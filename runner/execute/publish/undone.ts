import type { Session } from '../../adapters/types.ts';

/** Does work and undoes it, its settings and locks too; only what it returns stays. */
export async function undone<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('savepoint runner_undone');
  try {
    return await work();
  } finally {
    await session.query('rollback to savepoint runner_undone; release savepoint runner_undone');
  }
}

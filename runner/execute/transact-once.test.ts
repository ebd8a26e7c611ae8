import { expect, it } from 'vitest';
import { ConnectionLost } from '../errors.ts';
import { type OnceContext, transactOnce } from './transact-once.ts';

it('of a publication whose end nobody can tell, the reason is told', async () => {
  const context = {
    db: {
      transaction: async () => {
        throw new ConnectionLost('reset by peer', { atCommit: true });
      },
    },
    notes: { settle: async () => undefined },
    store: { outcomeOf: () => Promise.reject(new Error('permission denied for table node_state')) },
    notice: () => undefined,
  } as unknown as OnceContext;
  await expect(transactOnce(context, 'orders', async () => undefined)).rejects.toMatchObject({
    faults: [
      {
        code: 'OUTCOME_UNKNOWN',
        message: expect.stringContaining('orders: the connection was lost') as string,
        found: 'permission denied for table node_state',
      },
    ],
  });
});

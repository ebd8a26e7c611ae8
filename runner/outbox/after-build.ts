import { findDue } from './due.ts';
import type { Delivered, Outbox, OutboxContext } from './types.ts';

/**
 * The last step of a pipeline. New rows are taken up where they are due, or always where the outbox has no flag; what
 * waits goes in any case, also after a failed build: the model then holds the rows that were published before. A run that
 * has nothing to send asks the server once, and loads nothing for it.
 * @param settles the model of the outbox holds all that was loaded
 */
export async function deliverAfterBuild(
  context: OutboxContext,
  outboxes: readonly Outbox[],
  settles: (outbox: Outbox) => boolean,
): Promise<readonly Delivered[]> {
  if (outboxes.length === 0) return [];
  const { due, open } = await findDue(context, outboxes);
  const takesUp = ({ name, whenFlag }: Outbox): boolean => whenFlag === undefined || due.has(name);
  const canSend = ({ name, address, isForced }: Outbox): boolean =>
    address !== undefined && (isForced || open.has(name));
  if (outboxes.some((outbox) => takesUp(outbox) || canSend(outbox))) {
    const { deliver } = await import('./deliver.ts');
    return deliver(context, outboxes, { takesUp, settles });
  }
  for (const { name, webhook } of outboxes) {
    const waiting = open.get(name);
    if (waiting === undefined) continue;
    const figures = { noted: 0, sent: 0, resent: 0, waiting, withdrawn: 0, uncertain: 0 };
    context.emit({ type: 'outbox_finished', outbox: name, ...figures, because: `${webhook} is not set` });
  }
  return [];
}

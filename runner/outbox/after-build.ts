import { findDue } from './due.ts';
import type { Delivered, Outbox, OutboxContext } from './types.ts';

/**
 * The last step of a pipeline, as of its commands one by one. New rows are taken up where they are due, or always where the outbox has no flag; what
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
  return outboxes.flatMap(({ name, webhook }) => {
    const waiting = open.get(name);
    if (waiting === undefined) return [];
    const figures = { noted: 0, sent: 0, resent: 0, waiting, withdrawn: 0, uncertain: 0 };
    const delivered = { outbox: name, ...figures, because: `${webhook} is not set` };
    context.emit({ type: 'outbox_finished', ...delivered });
    return [delivered];
  });
}

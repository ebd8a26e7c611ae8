import type { Fault } from '../errors.ts';
import { pause } from '../util/again.ts';
import { plural } from '../util/plural.ts';
import { createLedger } from './ledger.ts';
import { createPace } from './pace.ts';
import { LONGEST_WAIT, type Message, MOST_ATTEMPTS, type Sending, type Stop, send, type Tally } from './send.ts';
import type { Delivered, Outbox, OutboxContext, TakingUp } from './types.ts';

/**
 * Sends what waits, outbox by outbox and the oldest first, and then, where that is forced, the last messages once more.
 * An outbox that has to stop keeps its order and its messages; those of other webhooks go on.
 * @throws the signal's reason, between two messages
 */
export async function deliver(
  context: OutboxContext,
  outboxes: readonly Outbox[],
  { takesUp, settles }: TakingUp,
): Promise<readonly Delivered[]> {
  const ledger = createLedger(context);
  const interrupted = await ledger.recover(outboxes.map(({ name }) => name));
  const sharing = (address: string): readonly string[] =>
    outboxes.filter((outbox) => outbox.address === address).map(({ name }) => name);
  const pace = createPace((address) => ledger.sinceLast(sharing(address)), context.signal);
  const stops = new Map<string, Stop>();
  const deliveries: Delivered[] = [];
  for (const outbox of outboxes) {
    if (!(await ledger.isPublished(outbox))) continue;
    const { name, address } = outbox;
    const tally = { sent: 0, resent: 0, uncertain: interrupted.filter((other) => other === name).length };
    const noted = takesUp(outbox) ? await ledger.note(outbox, settles(outbox)) : 0;
    const stop =
      address === undefined ? undefined : await drain({ ...context, ledger, pace }, outbox, stops.get(address), tally);
    if (stop && address !== undefined) stops.set(address, stop);
    const because = address === undefined ? `${outbox.webhook} is not set` : null;
    const delivery = { outbox: name, noted, ...tally, ...(await ledger.left(outbox)), because };
    context.emit({ type: 'outbox_finished', ...delivery });
    const fault = stop && faultOf(outbox, stop, delivery.waiting);
    if (fault) context.emit({ type: 'faults', faults: [fault] });
    deliveries.push({ ...delivery, ...(fault && { fault }) });
  }
  return deliveries;
}

/** @param stopped why another outbox of the same webhook had to stop */
async function drain(
  sending: Sending & Pick<OutboxContext, 'emit'>,
  outbox: Outbox,
  stopped: Stop | undefined,
  tally: Tally,
): Promise<Stop | undefined> {
  // Before anything is sent: once more is for what had been sent when the run began.
  const sent = outbox.isForced ? await sending.ledger.lastSent(outbox) : [];
  const messages: readonly Message[] = [
    ...(await sending.ledger.waiting(outbox)).map((key) => ({ key, from: 'waiting' as const })),
    ...sent.map((key) => ({ key, from: 'sent' as const })),
  ];
  const [first] = messages;
  if (!first) return undefined;
  const held = stopped ?? (await heldBack(sending, outbox, first));
  if (held) return held;
  const total = messages.length;
  for (const [done, message] of messages.entries()) {
    const seconds = ((total - done) * outbox.pace) / 1000;
    sending.emit({ type: 'messages', outbox: outbox.name, done, total, seconds });
    const stop = await send(sending, outbox, message, tally);
    if (stop) return stop;
  }
  return undefined;
}

/** Of a webhook that asked a former run to wait: a short while is waited for. */
async function heldBack(
  { ledger, signal, emit }: Parameters<typeof drain>[0],
  { address = '' }: Outbox,
  { key }: Message,
): Promise<Stop | undefined> {
  // What is no address is refused as such.
  const wait = URL.canParse(address) ? await ledger.heldBack(address) : 0;
  if (wait === 0) return undefined;
  const reason = `${new URL(address).host} has asked to wait`;
  if (wait > LONGEST_WAIT) return { key, posted: { outcome: 'again', reason, wait, mayHaveArrived: false } };
  emit({ type: 'notice', message: `${reason}: ${Math.ceil(wait / 1000)} s more` });
  await pause(wait, signal);
  return undefined;
}

function faultOf({ name, address = '' }: Outbox, { key, posted }: Stop, waiting: number): Fault {
  const message = `outbox ${name}: ${posted.reason}; ${plural(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'}`;
  const found = `message ${key}`;
  if (posted.outcome === 'refused') {
    const hint = `${posted.hint} Then: runner notify (with --skip ${key} it is passed over)`;
    return { code: 'MESSAGE_REFUSED', message, found, hint };
  }
  const { host } = new URL(address);
  const hint =
    posted.wait > LONGEST_WAIT
      ? `${host} asks to wait until ${new Date(Date.now() + posted.wait).toISOString()}. After that: runner notify`
      : `${MOST_ATTEMPTS} attempts were made. When ${host} answers again: runner notify`;
  return { code: 'MESSAGES_WAIT', message, found, hint };
}

import { pause } from '../util/again.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import { type Posted, post } from './post.ts';
import type { Outbox, OutboxContext } from './types.ts';

/** What has been sent, and how many attempts may have arrived without being answered. */
export interface Tally {
  sent: number;
  resent: number;
  uncertain: number;
}

export interface Message {
  readonly key: string;
  /** `sent`: it is sent once more. */
  readonly from: 'waiting' | 'sent';
}

/** Why an outbox had to stop, and at which message. */
export interface Stop {
  readonly key: string;
  readonly posted: Exclude<Posted, { outcome: 'sent' }>;
}

export type Sending = Pick<OutboxContext, 'signal'> & { readonly ledger: Ledger; readonly pace: Pace };

/** Attempts at one message in one run; then the run stops, for a later message must not overtake it. */
export const MOST_ATTEMPTS = 5;
/** Milliseconds that a run waits because Slack asks for it; longer, and it stops. */
export const LONGEST_WAIT = 5 * 60_000;

const NO_TEXT: Posted = {
  outcome: 'refused',
  reason: 'the message has no text',
  hint: 'Mend the model, or pass the message over.',
};

/**
 * Sends one message, in several attempts if need be. One whose row is gone is left as it was.
 * @returns why the outbox has to stop, `undefined` when it may go on
 * @throws the signal's reason, before an attempt or after it
 */
export async function send(
  { ledger, pace, signal }: Sending,
  outbox: Outbox,
  { key, from }: Message,
  tally: Tally,
): Promise<Stop | undefined> {
  const { address = '' } = outbox;
  for (let attempt = 1; ; attempt += 1) {
    await pace.turn(address, outbox.pace);
    const text = await ledger.begin(outbox, key, from);
    if (text === undefined) return undefined;
    // The one moment. From the commit of `begin` to that of `end` nobody but Slack knows whether the message has arrived.
    // A run that ends here, be it killed or without its database, leaves the message as `sending`: the next run counts it
    // as uncertain and sends it again. So none is lost, and one that the channel shows twice is one that is counted.
    const posted = text === null || text.trim() === '' ? NO_TEXT : await post(address, text, outbox.timeout);
    pace.done(address);
    if (posted.outcome === 'sent') {
      await ledger.end(outbox, key, { status: 'sent', arrived: true });
      tally[from === 'sent' ? 'resent' : 'sent'] += 1;
      return undefined;
    }
    const uncertain = posted.outcome === 'again' && posted.mayHaveArrived;
    const wait = posted.outcome === 'again' ? posted.wait : 0;
    await ledger.end(outbox, key, { status: from, uncertain, reason: posted.reason, wait });
    if (uncertain) tally.uncertain += 1;
    if (posted.outcome === 'refused' || posted.wait > LONGEST_WAIT || attempt === MOST_ATTEMPTS) return { key, posted };
    await pause(Math.max(posted.wait, outbox.pace * 2 ** (attempt - 1)), signal);
  }
}

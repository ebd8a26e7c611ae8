import { sentences } from '../util/sentences.ts';
import { post } from './post.ts';

/** Whether a webhook works, and in a few words what it answered or what to do. */
export interface Probed {
  readonly works: boolean;
  readonly detail: string;
}

/** What Slack says of a message without a text where the webhook itself is right. */
const NO_TEXT: readonly (string | undefined)[] = [
  'no_text',
  'missing_text_or_fallback_or_attachments',
  'invalid_payload',
];

/**
 * Tries a webhook and posts nothing: a message without a text is refused, but by a webhook of Slack that works for its
 * want of a text. One that takes it is another service's. Nothing of the address is told but its host.
 * @param timeout milliseconds
 */
export async function probe(webhook: string, timeout?: number): Promise<Probed> {
  const posted = await post(webhook, '', timeout);
  if (posted.outcome === 'sent') {
    const detail = `${new URL(webhook).host} took an empty message: it works, but it is not Slack`;
    return { works: true, detail };
  }
  if (posted.outcome === 'refused' && NO_TEXT.includes(posted.word))
    return { works: true, detail: `${new URL(webhook).host} takes messages (nothing was posted)` };
  const hint = posted.outcome === 'refused' ? posted.hint : 'Check the network, then try again.';
  return { works: false, detail: sentences(posted.reason, hint) };
}

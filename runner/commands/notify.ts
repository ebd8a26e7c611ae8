import { EXIT, RunnerError } from '../errors.ts';
import type { Outbox } from '../outbox/types.ts';
import { plural } from '../util/plural.ts';
import { answerOf } from './answer.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { outboxContext, withMessages } from './messages.ts';
import { identityOf, type OpenRun, type RunEnd, withRun } from './open-run.ts';
import { withTarget } from './open-target.ts';
import { outboxesOf } from './outboxes.ts';
import type { Command, Reporter, RunArgs } from './types.ts';

export interface NotifyArgs extends RunArgs {
  /** Counts, sends and writes nothing. */
  readonly dryRun?: boolean;
  /** Keys of waiting messages that are never to be sent; nothing is sent. */
  readonly skip?: readonly string[];
  /** The same of all that wait. */
  readonly skipAll?: boolean;
}

/** Whether the models hold all that flags stand for is not known here. */
const ALL = { takesUp: () => true, settles: () => false };
const NOTHING: RunEnd = { exitCode: EXIT.done, status: 'nothing_to_do', error: null };

/** `runner notify`: takes up the rows of the outboxes' models and sends what was not sent yet, the oldest first. */
export const notify: Command<NotifyArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const outboxes = outboxesOf(loaded);
  if (outboxes.length === 0) {
    reporter.line('Nothing to send: project.yml has no outbox.');
    return EXIT.done;
  }
  if (args.dryRun) return count(loaded, outboxes, args, reporter);
  return withRun(loaded, identityOf('notify', args), reporter.emit, async (run) => {
    if (args.skip || args.skipAll) return skip(run, outboxes, args.skipAll ? undefined : args.skip);
    const { deliver } = await import('../outbox/deliver.ts');
    return withMessages(NOTHING, await deliver(outboxContext(run), outboxes, ALL));
  });
};

async function count(
  loaded: LoadedProject,
  outboxes: readonly Outbox[],
  args: NotifyArgs,
  reporter: Reporter,
): Promise<number> {
  const { preview } = await import('../outbox/preview.ts');
  return withTarget(loaded, args, reporter, async ({ db }) => {
    const rows = [];
    for (const outbox of outboxes) {
      const found = await preview(db, loaded.project.config.stateSchema, outbox);
      const { fresh, waiting, interrupted, withdrawn, sent, skipped } = found;
      const again = outbox.isForced ? Math.min(outbox.republish, sent) : 0;
      const counts = [fresh, waiting, interrupted, again, withdrawn, sent, skipped].map(String);
      rows.push([outbox.name, ...counts, outbox.address === undefined ? `${outbox.webhook} is not set` : 'set']);
    }
    const counted = ['new', 'waiting', 'interrupted', 'once_more', 'withdrawn', 'sent', 'skipped'];
    reporter.answer(answerOf(['outbox', ...counted, 'webhook'], rows));
    return EXIT.done;
  });
}

/** @throws RunnerError `MESSAGE_UNKNOWN` for keys of which no message waits; the others are passed over */
async function skip(run: OpenRun, outboxes: readonly Outbox[], keys: readonly string[] | undefined): Promise<RunEnd> {
  const { createLedger } = await import('../outbox/ledger.ts');
  const ledger = createLedger(outboxContext(run));
  const names = outboxes.map(({ name }) => name);
  await ledger.recover(names);
  for (const outbox of outboxes) if (await ledger.isPublished(outbox)) await ledger.note(outbox, false);
  const skipped = await ledger.skip(names, keys);
  run.emit({ type: 'notice', message: `${plural(skipped.length, 'message')} passed over: never sent` });
  const unknown = keys?.filter((key) => !skipped.includes(key)) ?? [];
  if (unknown.length > 0) {
    throw new RunnerError({
      code: 'MESSAGE_UNKNOWN',
      message: `no message of ${unknown.length === 1 ? 'this key waits' : 'these keys waits'}: ${unknown.join(', ')}`,
      expected: 'keys of messages that wait',
      hint: `select message_key from ${run.project.config.stateSchema}.outbox where status = 'waiting'`,
    });
  }
  return { ...NOTHING, status: skipped.length > 0 ? 'success' : NOTHING.status };
}

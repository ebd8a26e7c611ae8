import { EXIT, type Fault, RunnerError } from '../errors.ts';
import { deliverAfterBuild } from '../outbox/after-build.ts';
import type { Delivered, Delivery, Outbox } from '../outbox/types.ts';
import { grouped, plural } from '../util/plural.ts';
import { answerOf } from './answer.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { outboxContext, outboxesOf, settledIn, withMessages } from './messages.ts';
import { identityOf, type OpenRun, type RunEnd, withRun } from './open-run.ts';
import { withTarget } from './open-target.ts';
import type { Command, Reporter, RunArgs } from './types.ts';

export interface NotifyArgs extends RunArgs {
  /** Takes up new rows only where a build has noted them as due; what waits goes in any case. */
  readonly due?: boolean;
  /** Counts, sends and writes nothing. */
  readonly dryRun?: boolean;
  /** Keys of waiting messages that are never to be sent; nothing is sent. */
  readonly skip?: readonly string[];
  /** The same of all that wait. */
  readonly skipAll?: boolean;
}

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
    const deliveries = args.due
      ? await deliverAfterBuild(outboxContext(run), outboxes, settledIn(run))
      : await sendAll(run, outboxes);
    await reportIdle(run, outboxes, deliveries, reporter);
    return withMessages(NOTHING, deliveries);
  });
};

async function sendAll(run: OpenRun, outboxes: readonly Outbox[]): Promise<readonly Delivered[]> {
  const { deliver } = await import('../outbox/deliver.ts');
  return deliver(outboxContext(run), outboxes, { takesUp: () => true, settles: settledIn(run) });
}

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
      const counts = [fresh ?? 'not built', waiting, interrupted, again, withdrawn, sent, skipped].map(String);
      rows.push([outbox.name, ...counts, outbox.address === undefined ? `${outbox.webhook} is not set` : 'set']);
    }
    const counted = ['new', 'waiting', 'interrupted', 'once_more', 'withdrawn', 'sent', 'skipped'];
    reporter.answer(answerOf(['outbox', ...counted, 'webhook'], rows));
    return EXIT.done;
  });
}

/** Why there was nothing to send, of each outbox of which nothing else was told. */
async function reportIdle(
  run: OpenRun,
  outboxes: readonly Outbox[],
  deliveries: readonly Delivery[],
  reporter: Reporter,
): Promise<void> {
  const busy = deliveries.filter(
    ({ sent, resent, waiting, withdrawn, uncertain }) => sent + resent + waiting + withdrawn + uncertain > 0,
  );
  const idle = outboxes.filter(({ name }) => !busy.some(({ outbox }) => outbox === name));
  if (idle.length === 0) return;
  const { preview } = await import('../outbox/preview.ts');
  for (const outbox of idle) {
    const found = await preview(run.db, run.project.config.stateSchema, outbox);
    const counts = [
      found.sent > 0 ? `${grouped(found.sent)} sent before` : '',
      found.skipped > 0 ? `${grouped(found.skipped)} passed over` : '',
      found.withdrawn > 0 ? `${grouped(found.withdrawn)} withdrawn` : '',
    ];
    const why =
      found.fresh === undefined
        ? `${outbox.model} is not built yet (${buildOf(outbox)})`
        : counts.filter(Boolean).join(', ') || 'it has no messages';
    reporter.line(`Nothing to send of ${outbox.name}: ${why}`);
  }
}

function buildOf({ model }: Outbox): string {
  return `runner load, then runner build --select +${model}`;
}

/**
 * @throws RunnerError `OUTBOX_NOT_BUILT` for messages that are not known yet, `MESSAGE_UNKNOWN` for keys of which no
 * message waits; the others are passed over
 */
async function skip(run: OpenRun, outboxes: readonly Outbox[], keys: readonly string[] | undefined): Promise<RunEnd> {
  const { createLedger } = await import('../outbox/ledger.ts');
  const ledger = createLedger(outboxContext(run));
  const names = outboxes.map(({ name }) => name);
  await ledger.recover(names);
  const unbuilt: Outbox[] = [];
  const settles = settledIn(run);
  for (const outbox of outboxes) {
    if (await ledger.isPublished(outbox)) await ledger.note(outbox, settles(outbox));
    else unbuilt.push(outbox);
  }
  const skipped = await ledger.skip(names, keys);
  const unknown = keys?.filter((key) => !skipped.includes(key));
  const isWhole = unknown ? unknown.length === 0 : unbuilt.length === 0;
  if (isWhole || skipped.length > 0)
    run.emit({ type: 'notice', message: `${plural(skipped.length, 'message')} passed over: never sent` });
  if (isWhole) return { ...NOTHING, status: skipped.length > 0 ? 'success' : NOTHING.status };
  // A message of a model that is not built may be the one that was meant.
  if (unbuilt.length > 0) throw new RunnerError(unbuilt.map(notBuilt));
  throw new RunnerError({
    code: 'MESSAGE_UNKNOWN',
    message: `no message of ${unknown?.length === 1 ? 'this key waits' : 'these keys waits'}: ${unknown?.join(', ')}`,
    expected: 'keys of messages that wait',
    hint: `select message_key from ${run.project.config.stateSchema}.outbox where status = 'waiting'`,
  });
}

function notBuilt(outbox: Outbox): Fault {
  return {
    code: 'OUTBOX_NOT_BUILT',
    message: `${outbox.model} is not built yet: what outbox ${outbox.name} would send is not known`,
    hint: `${buildOf(outbox)} (neither sends anything), then this again`,
  };
}

import { EXIT } from '../errors.ts';
import { type Flag, hasFailed, type NodeResult } from '../execute/types.ts';
import type { Delivery, Outbox, TakingUp } from '../outbox/types.ts';
import { identifier, literal } from '../util/sql.ts';
import type { OpenRun, RunEnd } from './open-run.ts';

/** Sends the messages of a run that holds the target. */
export async function sendMessages(
  run: OpenRun,
  outboxes: readonly Outbox[],
  taking: TakingUp,
): Promise<readonly Delivery[]> {
  const { deliver } = await import('../outbox/deliver.ts');
  return deliver({ ...run, stateSchema: run.project.config.stateSchema }, outboxes, taking);
}

/**
 * Notes where new rows are to be taken up: in the outboxes whose flag is raised once the run has loaded. The build
 * consumes the flag; should this run die, or the model fail, a later one still knows.
 */
export async function noteDue(run: OpenRun, outboxes: readonly Outbox[], flags: readonly Flag[]): Promise<void> {
  const raised = flags.filter((flag) => flag.raised).map(({ name }) => name);
  const due = outboxes.filter(({ whenFlag }) => whenFlag !== undefined && raised.includes(whenFlag));
  if (due.length === 0) return;
  await run.notes.query(
    `insert into ${identifier(run.project.config.stateSchema)}.outbox_due (outbox, run_id, due_since)
     select unnest($1::text[]), $2, clock_timestamp() on conflict do nothing`,
    [due.map(({ name }) => name), run.runId],
  );
}

/**
 * The last step of a pipeline. New rows are taken up where they are due, or always where the outbox has no flag; what
 * waits goes in any case, also after a failed build: the model then holds the rows that were published before. A run that
 * has nothing to send asks the server once, and loads nothing for it.
 * @param isPart the run was to build a selection of its own, which may lack a model that changed
 */
export async function sendAfterBuild(
  run: OpenRun,
  outboxes: readonly Outbox[],
  results: readonly NodeResult[],
  isPart: boolean,
): Promise<readonly Delivery[]> {
  if (outboxes.length === 0) return [];
  const { due, open } = await look(run, outboxes);
  const takesUp = ({ name, whenFlag }: Outbox): boolean => whenFlag === undefined || due.has(name);
  const settles = ({ model }: Outbox): boolean => {
    const result = results.find(({ node }) => node.id === run.graph.idOf(model));
    return result ? !hasFailed(result.status) : !isPart;
  };
  const canSend = ({ name, address, isForced }: Outbox): boolean =>
    address !== undefined && (isForced || open.has(name));
  if (outboxes.some((outbox) => takesUp(outbox) || canSend(outbox)))
    return sendMessages(run, outboxes, { takesUp, settles });
  for (const { name, webhook } of outboxes) {
    const waiting = open.get(name);
    if (waiting === undefined) continue;
    const figures = { noted: 0, sent: 0, resent: 0, waiting, withdrawn: 0, uncertain: 0 };
    run.emit({ type: 'outbox_finished', outbox: name, ...figures, because: `${webhook} is not set` });
  }
  return [];
}

/** Where rows are due, and how many messages wait, by outbox. */
async function look(
  run: OpenRun,
  outboxes: readonly Outbox[],
): Promise<{ readonly due: ReadonlySet<string>; readonly open: ReadonlyMap<string, number> }> {
  const schema = identifier(run.project.config.stateSchema);
  const names = outboxes.map(({ name }) => literal(name)).join(', ');
  const sql = `select outbox, null from ${schema}.outbox_due where outbox in (${names})
    union all select outbox, count(*) from ${schema}.outbox where status in ('waiting', 'sending') and outbox in (${names}) group by outbox`;
  // The session of the lock may have been lost in the build.
  const { rows } = await run.lock.query(sql).catch(() => run.notes.query(sql));
  const found = rows.map(([outbox, count]) => ({ outbox: outbox ?? '', count }));
  return {
    due: new Set(found.flatMap(({ outbox, count }) => (count === null ? [outbox] : []))),
    open: new Map(found.flatMap(({ outbox, count }) => (count === null ? [] : [[outbox, Number(count)]]))),
  };
}

/** How a run ended, with its messages. */
export function withMessages(end: RunEnd, deliveries: readonly Delivery[]): RunEnd {
  const faults = deliveries.flatMap(({ fault }) => fault ?? []);
  if (faults.length > 0) {
    const messages = faults.map(({ code, message }) => `${code} ${message}`);
    return { exitCode: EXIT.failed, status: 'failed', error: [end.error, ...messages].filter(Boolean).join('\n') };
  }
  const worked = deliveries.some(({ noted, sent, resent }) => noted + sent + resent > 0);
  return worked && end.status === 'nothing_to_do' ? { ...end, status: 'success' } : end;
}

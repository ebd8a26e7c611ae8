import { EXIT, RunnerError } from '../errors.ts';
import type { Flag } from '../execute/types.ts';
import type { Delivery, Outbox } from '../outbox/types.ts';
import { identifier, literal } from '../util/sql.ts';
import type { LoadedProject } from './load-project.ts';
import type { OpenRun, RunEnd } from './open-run.ts';

/**
 * The outboxes of project.yml, ready to be sent.
 * @throws RunnerError `OUTBOX_UNAUDITED` for a model whose rows may be others than those that its contract has passed
 */
export function outboxesOf({ project, graph, env }: LoadedProject): readonly Outbox[] {
  return project.config.outbox.map((config) => {
    const node = graph.nodes.get(graph.idOf(config.model));
    if (node?.type !== 'model' || node.materialized === 'view' || node.materialized === 'ephemeral') {
      throw new RunnerError({
        code: 'OUTBOX_UNAUDITED',
        message: `outbox ${config.name} sends rows of ${config.model}, which keeps none`,
        file: 'project.yml',
        expected: 'a table, an incremental model or a materialized view',
        found: node?.type === 'model' ? node.materialized : undefined,
        hint: "Give the model materialized='table': a view shows rows at once that its contract may refuse afterwards.",
      });
    }
    const isForced = config.forceEnv !== undefined && env(config.forceEnv) === '1';
    return { ...config, relation: node.relation, address: env(config.webhook), isForced };
  });
}

/** Sends the messages of a run that holds the target. */
export async function sendMessages(
  run: OpenRun,
  outboxes: readonly Outbox[],
  takesUp: (outbox: Outbox) => boolean = () => true,
): Promise<readonly Delivery[]> {
  const { deliver } = await import('../outbox/deliver.ts');
  return deliver({ ...run, stateSchema: run.project.config.stateSchema }, outboxes, takesUp);
}

/**
 * The last step of a pipeline. New rows are taken up where the outbox's flag was raised when the run had loaded; what
 * waits goes in any case, also after a failed build: the model then holds the rows that were published before. A run that
 * has nothing to send asks the server once, and loads nothing for it.
 */
export async function sendAfterBuild(
  run: OpenRun,
  outboxes: readonly Outbox[],
  flags: readonly Flag[],
): Promise<readonly Delivery[]> {
  const raised = flags.filter((flag) => flag.raised).map(({ name }) => name);
  const takesUp = ({ whenFlag }: Outbox): boolean => whenFlag === undefined || raised.includes(whenFlag);
  if (outboxes.some((outbox) => takesUp(outbox) || outbox.isForced) || (await anyOpen(run, outboxes)))
    return sendMessages(run, outboxes, takesUp);
  return [];
}

async function anyOpen(run: OpenRun, outboxes: readonly Outbox[]): Promise<boolean> {
  if (outboxes.length === 0) return false;
  const names = outboxes.map(({ name }) => literal(name)).join(', ');
  const sql = `select from ${identifier(run.project.config.stateSchema)}.outbox where status in ('waiting', 'sending') and outbox in (${names}) limit 1`;
  // The session of the lock may have been lost in the build.
  const { rowCount } = await run.lock.query(sql).catch(() => run.notes.query(sql));
  return rowCount > 0;
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

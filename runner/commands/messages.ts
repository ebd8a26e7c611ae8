import { EXIT } from '../errors.ts';
import { type Flag, hasFailed, type NodeResult } from '../execute/types.ts';
import { deliverAfterBuild } from '../outbox/after-build.ts';
import { noteDue } from '../outbox/due.ts';
import type { Delivered, Outbox, OutboxContext } from '../outbox/types.ts';
import { changedSteps } from '../state/changes.ts';
import { flagsOf } from './flags.ts';
import type { LoadedProject } from './load-project.ts';
import type { OpenRun, RunEnd } from './open-run.ts';

/** The outboxes of project.yml, ready to be sent. */
export function outboxesOf({ project, graph, env }: LoadedProject): readonly Outbox[] {
  return project.config.outbox.flatMap((config) => {
    const relation = graph.nodes.get(graph.idOf(config.model))?.relation;
    const isForced = config.forceEnv !== undefined && env(config.forceEnv) === '1';
    return relation ? { ...config, relation, address: env(config.webhook), isForced } : [];
  });
}

/** What the outboxes need of a run. */
export function outboxContext(run: OpenRun): OutboxContext {
  return { ...run, stateSchema: run.project.config.stateSchema };
}

/** Before each build, which consumes the flags. @param flags where they are known; otherwise they are looked at if need be */
export async function noteFlags(run: OpenRun, flags?: readonly Flag[]): Promise<void> {
  const flagged = run.project.config.outbox.filter(({ whenFlag }) => whenFlag !== undefined);
  if (flagged.length === 0) return;
  const raised = (flags ?? flagsOf(run)).filter((flag) => flag.raised);
  await noteDue(
    outboxContext(run),
    flagged,
    raised.map(({ name }) => name),
  );
}

/** @param isPart the run was to build a selection of its own, which may lack a model that changed */
export function sendAfterBuild(
  run: OpenRun,
  outboxes: readonly Outbox[],
  results: readonly NodeResult[],
  isPart: boolean,
): Promise<readonly Delivered[]> {
  return deliverAfterBuild(outboxContext(run), outboxes, ({ model }) => {
    const result = results.find(({ node }) => node.id === run.graph.idOf(model));
    return result ? !hasFailed(result.status) : !isPart;
  });
}

/** Of a run that builds nothing: a model that nothing is to change any more holds all that was loaded. */
export function settledIn(run: OpenRun): (outbox: Outbox) => boolean {
  const changed = new Set(changedSteps(run));
  return ({ model }) => !changed.has(run.graph.idOf(model));
}

/** How a run ended, with its messages. */
export function withMessages(end: RunEnd, deliveries: readonly Delivered[]): RunEnd {
  const faults = deliveries.flatMap(({ fault }) => fault ?? []);
  if (faults.length > 0) {
    const messages = faults.map(({ code, message }) => `${code} ${message}`);
    return { exitCode: EXIT.failed, status: 'failed', error: [end.error, ...messages].filter(Boolean).join('\n') };
  }
  const worked = deliveries.some(({ noted, sent, resent }) => noted + sent + resent > 0);
  return worked && end.status === 'nothing_to_do' ? { ...end, status: 'success' } : end;
}

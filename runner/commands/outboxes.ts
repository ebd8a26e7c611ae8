import type { Outbox } from '../outbox/types.ts';
import type { LoadedProject } from './load-project.ts';

/** The outboxes of project.yml, ready to be sent. */
export function outboxesOf({ project, graph, env }: LoadedProject): readonly Outbox[] {
  return project.config.outbox.flatMap((config) => {
    const relation = graph.nodes.get(graph.idOf(config.model))?.relation;
    const isForced = config.forceEnv !== undefined && env(config.forceEnv) === '1';
    return relation ? { ...config, relation, address: env(config.webhook), isForced } : [];
  });
}

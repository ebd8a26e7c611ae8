import { join } from 'node:path';
import type { RunEvent } from '../execute/types.ts';
import type { Graph, Node } from '../graph/types.ts';
import { unitOf } from '../graph/unit-of.ts';
import type { Project } from '../project/types.ts';
import { redactor } from '../util/redact.ts';
import { writeWhole } from '../util/write-whole.ts';
import { manifestOf } from './manifest.ts';
import { metadata } from './metadata.ts';
import { resultOf } from './run-results.ts';

export interface ArtifactsContext {
  readonly project: Project;
  readonly graph: Graph;
  readonly runId: string;
  readonly startedAt: Date;
  /** What was asked for; nothing that a person may have typed a secret into. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Told once when the files can't be written: the run goes on without them. */
  readonly notice: (message: string) => void;
}

/** Listens to a run and keeps `target/run_results.json` up with it. */
export interface Artifacts {
  on(event: RunEvent): void;
  /** The SQL that runs for a model. */
  ran(node: Node, sql: string): void;
  /** Writes what is not written yet. */
  close(): void;
}

/** Milliseconds between two writes, at the least; and a write takes no more than a twentieth of the time. */
const PAUSE = 200;
const SHARE = 20;

/** Writes `target/manifest.json`: the project as it is now. */
export function writeManifest(project: Project, graph: Graph, runId: string): void {
  writeWhole(
    join(project.dir, 'target', 'manifest.json'),
    JSON.stringify(manifestOf(project, graph, runId, new Date()), redactor.replacer),
  );
}

/**
 * Writes the manifest and the run's results, those of dbt's shape: at once after a failure, soon after any other node, so
 * that a run that is killed leaves what it had done.
 */
export function openArtifacts(context: ArtifactsContext): Artifacts {
  const { project, runId, startedAt } = context;
  const path = join(project.dir, 'target', 'run_results.json');
  // Each result is put into words once, however often the file is written.
  const results: string[] = [];
  const sqlOf = new Map<string, string>();
  const threads = threadNumbers();
  const attempt = untilRefused(context.notice);
  let timer: NodeJS.Timeout | undefined;
  let isWritten = false;
  // When the next write may be: of a failure, and of any other result.
  let [soonest, next] = [0, 0];
  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    isWritten = true;
    const now = Date.now();
    const head = { metadata: metadata('run-results', 6, runId, new Date(now)) };
    const tail = { elapsed_time: (now - startedAt.getTime()) / 1000, args: context.args };
    const body = `{${inner(head)},"results":[${results.join(',\n')}],${inner(tail)}}`;
    attempt(() => writeWhole(path, body));
    soonest = Date.now() + (Date.now() - now) * SHARE;
    next = Math.max(soonest, Date.now() + PAUSE);
  };
  attempt(() => writeManifest(project, context.graph, runId));
  write();
  return {
    ran: (node, sql) => void sqlOf.set(node.id, sql),
    on(event) {
      if (event.type === 'node_started') threads.take(event.node);
      if (event.type !== 'node_finished') return;
      const { result } = event;
      const { id } = result.node;
      results.push(
        JSON.stringify(
          resultOf(project, context.graph, result, { sql: sqlOf.get(id), thread: threads.leave(result.node) }),
          redactor.replacer,
        ),
      );
      sqlOf.delete(id);
      isWritten = false;
      const wait = (result.faults.length > 0 ? soonest : next) - Date.now();
      if (wait <= 0) write();
      else timer ??= setTimeout(write, wait).unref();
    },
    close() {
      if (!isWritten) write();
    },
  };
}

/** Does what it is given until the first time that fails; that is told, and the rest is left. */
function untilRefused(notice: (message: string) => void): (work: () => void) => void {
  let isRefused = false;
  return (work) => {
    if (isRefused) return;
    try {
      work();
    } catch (error) {
      isRefused = true;
      notice(`the artifacts in target/ are not written: ${(error as Error).message}`);
    }
  };
}

function inner(object: object): string {
  return JSON.stringify(object, redactor.replacer).slice(1, -1);
}

/** Numbers for what runs at once: the lowest that is free; the models of a transaction share one. */
function threadNumbers(): { take(node: Node): void; leave(node: Node): number } {
  const busy = new Map<string, { readonly number: number; nodes: number }>();
  return {
    take(node) {
      const unit = busy.get(unitOf(node));
      if (unit) unit.nodes += 1;
      else {
        const taken = new Set([...busy.values()].map(({ number }) => number));
        let number = 1;
        while (taken.has(number)) number += 1;
        busy.set(unitOf(node), { number, nodes: 1 });
      }
    },
    leave(node) {
      const unit = busy.get(unitOf(node));
      if (!unit) return 1;
      unit.nodes -= 1;
      if (unit.nodes === 0) busy.delete(unitOf(node));
      return unit.number;
    },
  };
}

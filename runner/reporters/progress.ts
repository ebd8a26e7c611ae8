import type { RunEvent } from '../execute/types.ts';
import type { Node } from '../graph/types.ts';
import type { LiveLine } from './live.ts';
import { about, seconds } from './style.ts';

/** Follows a run, to say where it stands. */
export interface Progress {
  listen(event: RunEvent): void;
  /** A line for the whole and one for each of the nodes that run longest, or how many messages are sent; none before and after. */
  lines(): readonly LiveLine[];
}

/** Running nodes that have a line of their own. */
const SHOWN = 3;

/** @param now milliseconds */
export function createProgress(now: () => number = Date.now): Progress {
  const running = new Map<string, { readonly node: Node; readonly since: number }>();
  let planned: readonly string[] = [];
  let threads = 1;
  let expected: ReadonlyMap<string, number> = new Map();
  let startedAt = now();
  const finished = new Set<string>();
  let failed = 0;
  let messages: Extract<RunEvent, { type: 'messages' }> | undefined;

  /** Seconds; `undefined` when no former run says anything. */
  const left = (): number | undefined => {
    const known = planned.flatMap((id) => expected.get(id) ?? []);
    if (known.length === 0) return undefined;
    const usual = median(known);
    const open = planned
      .filter((id) => !finished.has(id))
      .map((id) => {
        const since = running.get(id)?.since;
        const spent = since === undefined ? 0 : (now() - since) / 1000;
        return Math.max(0, (expected.get(id) ?? usual) - spent);
      });
    const sum = open.reduce((total, item) => total + item, 0);
    return Math.max(sum / threads, ...open);
  };

  return {
    listen(event) {
      if (event.type === 'run_started') startedAt = now();
      if (event.type === 'plan') {
        planned = event.nodes.map(({ id }) => id);
        threads = event.threads ?? 1;
      }
      if (event.type === 'estimates') expected = event.seconds;
      if (event.type === 'messages') messages = event;
      if (event.type === 'outbox_finished') messages = undefined;
      if (event.type === 'node_started') running.set(event.node.id, { node: event.node, since: now() });
      if (event.type !== 'node_finished') return;
      const { node, status } = event.result;
      running.delete(node.id);
      // What a run tests beside its plan is no part of it.
      if (planned.includes(node.id)) finished.add(node.id);
      if (status !== 'success' && status !== 'unchanged') failed += 1;
    },
    lines() {
      if (messages) {
        const { outbox, done, total, seconds: rest } = messages;
        return [line(`${outbox}: ${done}/${total} sent · about ${about(rest)} left`, 'bold')];
      }
      if (planned.length === 0 || finished.size >= planned.length) return [];
      const rest = left();
      const whole = [
        `${finished.size}/${planned.length} done`,
        ...(failed > 0 ? [`${failed} failed or not run`] : []),
        seconds((now() - startedAt) / 1000),
        ...(rest === undefined ? [] : [`about ${about(rest)} left`]),
      ];
      const longest = [...running.values()].sort((a, b) => a.since - b.since);
      const hidden = longest.length - SHOWN;
      return [
        ...longest
          .slice(0, SHOWN)
          .map(({ node, since }) => line(`… ${node.name} ${seconds((now() - since) / 1000)}`, 'cyan')),
        ...(hidden > 0 ? [line(`… and ${hidden} more`, 'cyan')] : []),
        line(whole.join(' · '), failed > 0 ? 'red' : 'bold'),
      ];
    },
  };
}

function line(text: string, style: LiveLine['style']): LiveLine {
  return { text: `  ${text}`, style };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

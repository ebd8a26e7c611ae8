import { describe, expect, it } from 'vitest';
import type { Graph } from '../graph/types.ts';
import { graphOf } from '../test/projects.ts';
import { type ScheduleOptions, schedule, toUnits, type Unit } from './schedule.ts';
import type { NodeResult, Status } from './types.ts';

const model = (...refs: string[]): string => `select 1 ${refs.map((ref) => `{{ ref('${ref}') }}`).join(' ')}`;
const graph = graphOf({
  'models/a.sql': model(),
  'models/b.sql': model('a'),
  'models/c.sql': model('a'),
  'models/d.sql': model('b', 'c'),
  'models/free.sql': model(),
  'models/readsB.sql': model('b'),
  'models/log1.sql': `{{ config(transaction='log') }}${model('b')}`,
  'models/log2.sql': `{{ config(transaction='log') }}${model('c')}`,
});

/** Runs the whole graph; `outcome` decides how each node ends. Returns `name: status (message)` in the order of ending. */
async function play(
  outcome: (name: string) => Status,
  options: Partial<ScheduleOptions> = {},
  ids: readonly string[] = graph.dag.order,
): Promise<{ ended: string[]; most: number }> {
  const ended: string[] = [];
  let running = 0;
  let most = 0;
  await schedule(graph, toUnits(graph, ids), {
    threads: 4,
    failFast: false,
    failed: new Set(),
    onStart: () => undefined,
    onResult: ({ node, status, message }) => ended.push(`${node.name}: ${status}${message ? ` (${message})` : ''}`),
    async runUnit(unit: Unit) {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return unit.map((node) => result(node, outcome(node.name)));
    },
    ...options,
  });
  return { ended, most };
}

function result(node: NodeResult['node'], status: Status): NodeResult {
  const now = new Date();
  return {
    node,
    status,
    rows: null,
    changed: null,
    message: null,
    faults: [],
    contract: null,
    startedAt: now,
    finishedAt: now,
  };
}

function idsOf(from: Graph, ...names: string[]): string[] {
  return names.map((name) => from.idOf(name));
}

describe('a schedule', () => {
  it('runs a node when all it depends on is done, and no more at once than allowed', async () => {
    const { ended, most } = await play(() => 'success', { threads: 2 });
    const at = (name: string): number => ended.indexOf(`${name}: success`);
    expect(ended).toHaveLength(8);
    expect(at('a')).toBeLessThan(Math.min(at('b'), at('c')));
    expect(at('d')).toBeGreaterThan(Math.max(at('b'), at('c')));
    expect(most).toBe(2);
  });

  it('does not run what depends on a failure, names the cause, and goes on with the rest', async () => {
    const { ended } = await play((name) => (name === 'b' ? 'failed' : 'success'));
    expect(ended).toContain('b: failed');
    expect(ended).toContain('d: upstream_failed (not run: b did not succeed)');
    expect(ended).toContain('log1: upstream_failed (not run: b did not succeed)');
    expect(ended).toContain('log2: upstream_failed (not run: b did not succeed)');
    expect(ended).toContain('c: success');
    expect(ended).toContain('free: success');
  });

  it('waits for a selected ancestor behind one that is not selected', async () => {
    const { ended } = await play((name) => (name === 'a' ? 'error' : 'success'), {}, idsOf(graph, 'a', 'd'));
    expect(ended).toEqual(['a: error', 'd: upstream_failed (not run: a did not succeed)']);
  });

  it('runs the nodes of one transaction as one unit', () => {
    expect(toUnits(graph, graph.dag.order).map((unit) => unit.map(({ name }) => name).join('+'))).toContain(
      'log1+log2',
    );
  });

  it('counts a source that could not be read as failed', async () => {
    const { ended } = await play(() => 'success', { failed: new Set(idsOf(graph, 'c')) }, idsOf(graph, 'b', 'd'));
    expect(ended).toEqual(['b: success', expect.stringMatching(/^d: upstream_failed/)]);
  });

  it('waits for what is running before it passes on a crash, and starts nothing more', async () => {
    const ended: string[] = [];
    const crash = schedule(graph, toUnits(graph, idsOf(graph, 'a', 'free', 'b')), {
      threads: 2,
      failFast: false,
      failed: new Set(),
      onStart: () => undefined,
      onResult: ({ node }) => ended.push(node.name),
      async runUnit(unit: Unit) {
        if (unit[0]?.name === 'a') throw new Error('connection lost');
        await new Promise((resolve) => setTimeout(resolve, 20));
        return unit.map((node) => result(node, 'success'));
      },
    });
    await expect(crash).rejects.toThrow('connection lost');
    expect(ended).toEqual(['free']);
  });

  it('with --fail-fast starts nothing more after a failure, and tells what that one kept from running', async () => {
    const all = idsOf(graph, 'a', 'b', 'c', 'd', 'log1', 'log2');
    const { ended } = await play((name) => (name === 'b' ? 'error' : 'success'), { failFast: true, threads: 1 }, all);
    const reason = (name: string): string | undefined => ended.find((line) => line.startsWith(`${name}: `));
    expect(ended.slice(0, 2)).toEqual(['a: success', 'b: error']);
    expect(reason('d')).toBe('d: upstream_failed (not run: b did not succeed)');
    expect(reason('log1')).toBe('log1: upstream_failed (not run: b did not succeed)');
    expect(reason('c')).toBe('c: skipped (not started: --fail-fast ended the run)');
  });

  it('with --fail-fast lets what is running end', async () => {
    const { ended } = await play((name) => (name === 'a' ? 'error' : 'success'), { failFast: true, threads: 2 });
    expect(ended).toContain('free: success');
  });

  it('joins the arms of a diamond: the last node waits for both and runs once', async () => {
    const { ended } = await play(() => 'success', { threads: 4 }, idsOf(graph, 'a', 'b', 'c', 'd'));
    expect(ended).toHaveLength(4);
    expect(ended.at(-1)).toBe('d: success');
  });

  it('that is cancelled starts nothing more: what was not started is skipped, also below what was cut short', async () => {
    const controller = new AbortController();
    const { ended } = await play(
      (name) => {
        if (name !== 'b') return 'success';
        controller.abort();
        return 'cancelled';
      },
      { signal: controller.signal, threads: 1 },
      idsOf(graph, 'a', 'b', 'c', 'd', 'log1', 'log2', 'readsB'),
    );
    expect(ended.slice(0, 2)).toEqual(['a: success', 'b: cancelled']);
    expect(ended.slice(2).sort()).toEqual(
      ['c', 'd', 'log1', 'log2', 'readsB'].map((name) => `${name}: skipped (not started: the run was cancelled)`),
    );
  });

  it('that is cancelled after a failure still tells what that one kept from running', async () => {
    const controller = new AbortController();
    const { ended } = await play(
      (name) => {
        if (name === 'b') return 'failed';
        if (name === 'c') controller.abort();
        return name === 'c' ? 'cancelled' : 'success';
      },
      { signal: controller.signal, threads: 1 },
      idsOf(graph, 'a', 'b', 'c', 'd', 'log1'),
    );
    expect(ended).toContain('d: upstream_failed (not run: b did not succeed)');
    expect(ended).toContain('log1: upstream_failed (not run: b did not succeed)');
  });
});

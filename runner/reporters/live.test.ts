import { describe, expect, it } from 'vitest';
import { createLiveArea, type LiveLine } from './live.ts';
import { createProgress } from './progress.ts';
import { ended, screen, table } from './testing.ts';

const line = (text: string): LiveLine => ({ text, style: 'cyan' });
const plain = (_style: unknown, text: string): string => text;

/** A terminal that remembers what it was sent. */
function terminal(
  columns: number,
  rows = 24,
): { columns: number; rows: number; write(text: string): boolean; sent: string[] } {
  const sent: string[] = [];
  return { columns, rows, sent, write: (text) => sent.push(text) > 0 };
}

describe('lines that are drawn over', () => {
  it('stand below what stays', () => {
    const stream = terminal(40);
    const live = createLiveArea(stream, plain);
    live.show(() => [line('one'), line('two')]);
    live.print('first\nsecond');
    live.show(() => [line('three')]);
    live.print('last');
    expect(screen(stream.sent.join(''), 40)).toEqual(['first', 'second', 'last', 'three', '']);
    live.close();
    expect(screen(stream.sent.join(''), 40)).toEqual(['first', 'second', 'last', '']);
  });

  it('are sent in one piece, and not at all when nothing has changed', () => {
    const stream = terminal(40);
    const live = createLiveArea(stream, plain);
    live.show(() => [line('one'), line('two')]);
    live.show(() => [line('one'), line('two')]);
    live.print('kept');
    live.close();
    expect(stream.sent).toHaveLength(3);
    // What is there is gone over, not taken away first.
    expect(stream.sent[1]).toBe('\u001b[2Akept\u001b[K\none\u001b[K\ntwo\u001b[K\n\u001b[J');
  });

  it('are cut on a narrow terminal, and found again on one that was made narrower', () => {
    const stream = terminal(20);
    const live = createLiveArea(stream, plain);
    live.show(() => [line('a line of more than twenty columns')]);
    expect(screen(stream.sent.join(''), 20)).toEqual(['a line of more tha…', '']);
    stream.columns = 10;
    live.print('kept');
    // The terminal has broken the old line in two.
    const broken = 'a line of \nmore tha…\n';
    expect(screen([broken, ...stream.sent.slice(1)].join(''), 10)).toEqual(['kept', 'a line o…', '']);
    live.close();
  });

  it('are never more than the terminal has rows', () => {
    const stream = terminal(40, 3);
    const live = createLiveArea(stream, plain);
    live.show(() => ['a', 'b', 'c', 'd'].map(line));
    expect(screen(stream.sent.join(''), 40)).toEqual(['a', 'b', '']);
    live.close();
  });
});

describe('where a run stands', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map(table);
  const [a, b] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const at = (clock: { now: number }) => createProgress(() => clock.now);
  const texts = (progress: ReturnType<typeof at>): readonly string[] => progress.lines().map(({ text }) => text.trim());

  it('is said by what is done, what failed, the time and the nodes that run', () => {
    const clock = { now: 0 };
    const progress = at(clock);
    progress.listen({ type: 'run_started', command: 'build', runId: 'r', asOf: '', target: '' });
    expect(texts(progress)).toEqual([]);
    progress.listen({ type: 'plan', nodes, total: 6, threads: 4 });
    for (const node of nodes.slice(0, 5)) {
      clock.now += 100;
      progress.listen({ type: 'node_started', node });
    }
    clock.now = 2000;
    expect(texts(progress)).toEqual(['… a 1.90 s', '… b 1.80 s', '… c 1.70 s', '… and 2 more', '0/6 done · 2.00 s']);
    progress.listen({ type: 'node_finished', result: ended(a, { status: 'failed' }), done: 1, total: 6 });
    expect(texts(progress).at(-1)).toBe('1/6 done · 1 failed or not run · 2.00 s');
    for (const node of nodes.slice(1))
      progress.listen({ type: 'node_finished', result: ended(node), done: 1, total: 6 });
    expect(texts(progress)).toEqual([]);
  });

  it('is said of messages, until those of the outbox are over', () => {
    const progress = at({ now: 0 });
    progress.listen({ type: 'messages', outbox: 'news', done: 12, total: 787, seconds: 775 });
    expect(texts(progress)).toEqual(['news: 12/787 sent · about 13 min left']);
    const figures = { noted: 787, sent: 787, resent: 0, waiting: 0, withdrawn: 0, uncertain: 0, because: null };
    progress.listen({ type: 'outbox_finished', outbox: 'news', ...figures });
    expect(texts(progress)).toEqual([]);
  });

  it('counts no model that was tested beside what is built, but that it failed', () => {
    const progress = at({ now: 0 });
    progress.listen({ type: 'plan', nodes: [b], total: 6 });
    progress.listen({ type: 'node_finished', result: ended(a, { status: 'failed' }), done: 1, total: 2 });
    expect(texts(progress)).toEqual(['0/1 done · 1 failed or not run · 0.00 s']);
  });

  it('is said with the time that is left, by former runs; a node without any takes as long as most', () => {
    const clock = { now: 0 };
    const progress = at(clock);
    progress.listen({ type: 'plan', nodes, total: 6, threads: 2 });
    expect(texts(progress).at(-1)).toBe('0/6 done · 0.00 s');
    progress.listen({
      type: 'estimates',
      seconds: new Map([
        [a.id, 10],
        [b.id, 4],
        ['another', 999],
      ]),
    });
    // 10 + 4 + four times the median of 4, by two at once
    expect(texts(progress).at(-1)).toBe('0/6 done · 0.00 s · about 15 s left');
    progress.listen({ type: 'node_started', node: a });
    clock.now = 6000;
    expect(texts(progress).at(-1)).toBe('0/6 done · 6.00 s · about 12 s left');
    clock.now = 60_000;
    expect(texts(progress).at(-1)).toBe('0/6 done · 60.0 s · about 10 s left');
  });

  it('is not said to end before its longest node does', () => {
    const progress = at({ now: 0 });
    progress.listen({ type: 'plan', nodes: [a, b], total: 6, threads: 4 });
    progress.listen({
      type: 'estimates',
      seconds: new Map([
        [a.id, 200],
        [b.id, 1],
      ]),
    });
    expect(texts(progress).at(-1)).toBe('0/2 done · 0.00 s · about 4 min left');
  });
});

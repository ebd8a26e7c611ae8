import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../execute/types.ts';
import { ended, ONE_ROW, openReporter, screen, table } from './testing.ts';

const FAULT = { code: 'X', message: 'wrong' };
const FLAGS = [
  { name: 'S', raised: true, description: 'a simulation' },
  { name: 'G', raised: false, description: 'sports' },
];
const orders = table('orders');
const PLAN: RunEvent = { type: 'plan', nodes: [orders], total: 7, threads: 2 };
const FINISHED: RunEvent = { type: 'node_finished', result: ended(orders), done: 1, total: 1 };
const WARNED: RunEvent = {
  ...FINISHED,
  result: ended(orders, {
    contract: {
      engine: 'runner',
      status: 'WARNED',
      errors: [],
      checks: [{ outcome: 'WARN', name: 'few', message: '1' } as never],
    },
    warnings: [{ code: 'CHECK_WARNED', message: 'orders: few: 1', file: 'soda/orders.yml', line: 3 }],
  }),
};

describe('the answer of a command', () => {
  it('stands alone on stdout with --output json, whatever is said beside it', async () => {
    const { reporter, read } = await openReporter({ output: 'json' });
    for (const event of [PLAN, WARNED, { type: 'notice', message: 'starting' }] as const) reporter.emit(event);
    reporter.line('beside');
    reporter.table('title', ONE_ROW);
    reporter.summary([], 1);
    reporter.faults([FAULT]);
    reporter.answer(ONE_ROW);
    expect(read().stdout).toBe('[{"a":1}]\n');
    expect(read().stderr).toMatch(
      /1 node of 7 to build\nCHECK_WARNED soda\/orders.yml:3\n {2}orders: few: 1\n[\s\S]*starting\nbeside\n[\s\S]*X\n {2}wrong/,
    );
  });

  it('is a table with its count otherwise', async () => {
    const { reporter, read } = await openReporter();
    reporter.answer(ONE_ROW);
    expect(read().stdout).toBe('a\n─\n1\n(1 row)\n');
  });
});

describe('--quiet', () => {
  it('says only answers and errors', async () => {
    const { reporter, read } = await openReporter({ quiet: true });
    for (const event of [
      PLAN,
      WARNED,
      { type: 'notice', message: 'starting' },
      { type: 'flags', flags: FLAGS },
    ] as const)
      reporter.emit(event);
    reporter.line('beside');
    reporter.table('title', ONE_ROW);
    reporter.summary([], 1);
    reporter.flags(FLAGS);
    reporter.faults([FAULT]);
    expect(read()).toEqual({ stdout: 'S=1 G=0\n', stderr: 'X\n  wrong\n' });
  });
});

describe('the log as text', () => {
  it('has the flags, those that are raised with their meaning', async () => {
    const { reporter, read } = await openReporter();
    reporter.emit({ type: 'flags', flags: FLAGS });
    expect(read().stdout).toBe('S=1 G=0\n  S: a simulation\n');
  });

  it('has a line for a node and no cursor movement off a terminal', async () => {
    const { reporter, read } = await openReporter();
    for (const event of [PLAN, { type: 'node_started', node: orders }, FINISHED] as const) reporter.emit(event);
    reporter.close();
    expect(
      read()
        .stdout.split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
    ).toEqual(['1 node of 7 to build', ' 1/1 ok table marts.orders 2 rows 1.50 s', '']);
  });

  it.each([
    ['a terminal', {}, 80, true],
    ['a terminal with NO_COLOR', { NO_COLOR: '1' }, 80, false],
    ['a terminal with both', { NO_COLOR: '1', FORCE_COLOR: '1' }, 80, false],
    ['a terminal with NO_COLOR empty', { NO_COLOR: '' }, 80, true],
    ['a dumb terminal', { TERM: 'dumb' }, 80, false],
    ['a pipe', {}, undefined, false],
    ['a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, undefined, true],
    ['a terminal with FORCE_COLOR=0', { FORCE_COLOR: '0' }, 80, false],
  ])('on %s has colours or not', async (_what, env, columns, colours) => {
    const { reporter, read } = await openReporter(
      { env },
      columns === undefined ? {} : { stdout: columns, stderr: columns },
    );
    reporter.emit({ type: 'notice', message: 'starting' });
    reporter.faults([FAULT]);
    reporter.close();
    expect(`${read().stdout}${read().stderr}`.includes('\u001b[3')).toBe(colours);
  });

  it('says of messages how long they take, once a minute, and what became of them', async () => {
    const { reporter, read } = await openReporter();
    for (let done = 0; done < 130; done += 1)
      reporter.emit({ type: 'messages', outbox: 'news', done, total: 130, seconds: 130 - done });
    const figures = { outbox: 'news', noted: 130, resent: 0, withdrawn: 0 };
    reporter.emit({ type: 'outbox_finished', ...figures, sent: 129, waiting: 1, uncertain: 2, because: null });
    reporter.emit({
      type: 'outbox_finished',
      ...figures,
      sent: 0,
      waiting: 787,
      uncertain: 0,
      because: 'HOOK is not set',
    });
    expect(read().stdout.trimEnd().split('\n')).toEqual([
      '  news: 130 messages to send, at least 3 min',
      '  news: 60 of 130 sent, at least 70 s',
      '  news: 120 of 130 sent, at least 10 s',
      '  news: 129 messages sent, 1 not sent yet, 2 attempts without an answer: some may be shown twice',
      '  news: 787 messages wait: HOOK is not set',
    ]);
  });

  it('has the times of --timings on stderr, with their sum', async () => {
    const { reporter, read } = await openReporter({ quiet: true });
    reporter.emit({ type: 'timings', milliseconds: { start: 60.04, load: 20 } });
    expect(read()).toEqual({
      stdout: '',
      stderr: '  start         60.0 ms\n  load          20.0 ms\n  total         80.0 ms\n',
    });
  });
});

describe('the log in JSON', () => {
  const events = (text: string): readonly Record<string, unknown>[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is one event a line and nothing else, whatever is said', async () => {
    const { reporter, read } = await openReporter(
      { logFormat: 'json', env: { FORCE_COLOR: '1' } },
      { stdout: 80, stderr: 80 },
    );
    for (const event of [
      { type: 'run_started', command: 'build', runId: 'r', asOf: '2026-11-24', target: 'embedded' },
      PLAN,
      { type: 'estimates', seconds: new Map([[orders.id, 1.5]]) },
      { type: 'node_started', node: orders },
      WARNED,
      { type: 'flags', flags: FLAGS },
      { type: 'faults', faults: [FAULT] },
      { type: 'run_finished', runId: 'r', status: 'failed', exitCode: 1, counts: { success: 1 }, seconds: 2 },
      { type: 'timings', milliseconds: { start: 1 } },
    ] as const)
      reporter.emit(event);
    reporter.line('\nbeside\n');
    reporter.text('select 1\nfrom x');
    reporter.flags(FLAGS);
    reporter.table('title', ONE_ROW);
    reporter.answer(ONE_ROW);
    reporter.summary([ended(orders)], 1);
    reporter.faults([FAULT]);
    reporter.close();
    const found = events(read().stdout);
    expect(found.map(({ event }) => event).join(' ')).toBe(
      'run_started plan estimates node_started node_finished flags faults run_finished timings message text flags table answer faults',
    );
    expect(found.find(({ event }) => event === 'run_finished')).toMatchObject({
      status: 'failed',
      exitCode: 1,
      counts: { success: 1 },
    });
    expect(found.find(({ event }) => event === 'estimates')).toMatchObject({ seconds: { 'model.shop.orders': 1.5 } });
    expect(found.find(({ event }) => event === 'answer')).toMatchObject({ rows: [{ a: 1 }] });
    expect(read().stderr).toBe('');
  });

  it('goes to stderr with --output json, and every line of it is JSON there too', async () => {
    const { reporter, read } = await openReporter({ logFormat: 'json', output: 'json' });
    reporter.emit({ type: 'notice', message: 'starting' });
    reporter.faults([FAULT]);
    reporter.answer(ONE_ROW);
    expect(read().stdout).toBe('[{"a":1}]\n');
    expect(events(read().stderr).map(({ event }) => event)).toEqual(['notice', 'faults']);
  });

  it('has with --quiet the errors, also those of a node', async () => {
    const { reporter, read } = await openReporter({ logFormat: 'json', quiet: true });
    reporter.emit(PLAN);
    reporter.emit({ ...FINISHED, result: ended(orders, { status: 'failed', faults: [FAULT] }) });
    reporter.line('beside');
    expect(events(read().stdout)).toMatchObject([{ event: 'faults', faults: [FAULT] }]);
  });
});

describe('the live lines', () => {
  it('make room for what stays, and leave nothing behind', async () => {
    const { reporter, read } = await openReporter({}, { stdout: 60, stderr: 60 });
    reporter.emit(PLAN);
    reporter.emit({ type: 'node_started', node: orders });
    expect(screen(read().stdout, 60).slice(1, 3)).toMatchObject(
      [/… orders 0\.\d\d s/, /0\/1 done · 0\.\d\d s/].map((text) => expect.stringMatching(text)),
    );
    reporter.faults([FAULT]);
    reporter.emit(FINISHED);
    reporter.close();
    // Both streams are one terminal: a fault is written by way of the live lines.
    expect(read().stderr).toBe('');
    const shown = screen(read().stdout, 60).map((line) => line.replace(/ +/g, ' ').trim());
    expect(shown.filter((line) => line !== '')).toEqual([
      '1 node of 7 to build',
      'X',
      'wrong',
      expect.stringContaining('1/1 ok table marts.orders'),
      expect.stringContaining('1.50 s'),
    ]);
  });

  it('are not drawn on a dumb terminal, with --quiet or in a log in JSON', async () => {
    for (const options of [{ env: { TERM: 'dumb' } }, { quiet: true }, { logFormat: 'json' }] as const) {
      const { reporter, read } = await openReporter(options, { stdout: 60, stderr: 60 });
      reporter.emit({ type: 'node_started', node: orders });
      reporter.emit(PLAN);
      reporter.close();
      expect(read().stdout).not.toContain('\u001b[');
    }
  });
});

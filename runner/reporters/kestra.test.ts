import { expect, it } from 'vitest';
import { kestraReporter, outputsLine } from './kestra.ts';
import { openReporter } from './testing.ts';

const FLAGS = [
  { name: 'S', raised: true, description: 'a simulation' },
  { name: 'G', raised: false, description: 'sports' },
];
const MESSAGES = { outbox: 'a', noted: 2, sent: 1, resent: 1, waiting: 4, withdrawn: 0, uncertain: 0, because: null };

it('Kestra is told flags, case, run, figures and messages in one last line, also with --quiet', async () => {
  const { reporter: plain, stdout, read } = await openReporter({ quiet: true });
  const { reporter, end } = kestraReporter(plain, stdout);
  reporter.emit({ type: 'run_started', command: 'load', runId: 'r1', asOf: '2026-11-24', target: 'server' });
  reporter.flags(FLAGS);
  reporter.emit({ type: 'case', number: 4, why: 'S: a simulation', raised: ['S'] });
  reporter.emit({ type: 'outputs', values: { cost: '146633.50', changed: 3 } });
  for (const outbox of ['a', 'b']) reporter.emit({ type: 'outbox_finished', ...MESSAGES, outbox });
  const counts = { success: 2, failed: 1 };
  reporter.emit({ type: 'run_finished', runId: 'r1', status: 'failed', exitCode: 1, counts, seconds: 1.5 });
  reporter.close();
  end(1);
  const [flags, last, nothing] = read().stdout.split('\n');
  expect([flags, nothing]).toEqual(['S=1 G=0', '']);
  expect(last).toMatch(/^::\{.*\}::$/);
  expect(JSON.parse(last?.slice(2, -2) ?? '')).toEqual({
    outputs: {
      status: 'failed',
      run_id: 'r1',
      as_of: '2026-11-24',
      S: 1,
      G: 0,
      case: 4,
      case_why: 'S: a simulation',
      cost: '146633.50',
      changed: 3,
      sent: 4,
      waiting: 8,
      seconds: 1.5,
      nodes_success: 2,
      nodes_failed: 1,
      exit_code: 1,
    },
  });
});

it.each([
  [0, 'success'],
  [1, 'error'],
  [2, 'error'],
  [3, 'locked'],
])('a command without a run that ends with %i is told as %s', async (code, status) => {
  const { reporter, stdout, read } = await openReporter();
  kestraReporter(reporter, stdout).end(code);
  expect(read().stdout).toBe(`::{"outputs":{"status":"${status}","exit_code":${code}}}::\n`);
});

it('what would end the line elsewhere than in JSON is escaped', () => {
  const line = outputsLine({ why: 'a\u2028b\u0085c\nd' });
  expect(line).toBe('::{"outputs":{"why":"a\\u2028b\\u0085c\\nd"}}::');
});

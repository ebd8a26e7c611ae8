import { describe, expect, it } from 'vitest';
import { type Alert, alertText } from './alert.ts';
import { plainAlert } from './plain-alert.ts';

const RUN = { id: 'run-1', command: 'load', status: 'failed', day: '2026-01-31', url: '', failed: true, not_run: 0 };
const ERROR = { code: 'CODE', place: 'file:1', message: 'words', value: '', threshold: '', rows: '', hint: '' };
const ALERT: Alert = { project: 'p', run: RUN, errors: [], cut: 0, died: [], rows: [] };

describe('the text of an alert', () => {
  it('escapes all that it quotes, and nothing twice', () => {
    const nasty = '<!channel> & <@U1> &amp;';
    const safe = '&lt;!channel&gt; &amp; &lt;@U1&gt; &amp;amp;';
    const rows = [{ model: 'm', title: nasty, count: 1, columns: [nasty], examples: [[nasty, nasty]] }];
    const errors = [{ ...ERROR, message: nasty, hint: nasty }];
    const died = [{ id: nasty, command: 'build' }];
    expect(alertText({ ...ALERT, run: { ...RUN, url: nasty }, errors, died, rows }, plainAlert)).toBe(
      [
        'p: load run-1 failed',
        `status failed · day 2026-01-31 · ${safe}`,
        `• build ${safe} was found dead: its process ended without a word`,
        `• CODE file:1: words → ${safe}`.replace('words', safe),
        `${safe}: 1 row`,
        `  ${safe} · ${safe}`,
      ].join('\n'),
    );
  });

  it('shows as many errors as there is room for, and counts the others', () => {
    const errors = Array.from({ length: 500 }, (_, index) => ({ ...ERROR, message: `${index} ${'<'.repeat(100)}` }));
    const text = alertText({ ...ALERT, errors }, plainAlert);
    const shown = text.match(/^• /gm)?.length ?? 0;
    expect(text.length).toBeLessThanOrEqual(35_000);
    expect(text).toMatch(new RegExp(`\n… and ${500 - shown} more errors$`));
    // One more would not have fitted.
    expect(text.length + 400).toBeGreaterThan(35_000);
  });

  it('is cut, but never within a mark, where a template leaves no room at all', () => {
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = alertText({ ...ALERT, project: '<'.repeat(40_000) }, ({ project }) => before + project);
      expect(text).toMatch(/^[abc]*(&lt;)+…$/);
    }
  });
});

import type { ContractResult } from '../contracts/types.ts';
import type { Fault, FaultyRows } from '../errors.ts';
import type { Flag, NodeResult, RunEvent, Status } from '../execute/types.ts';
import { grouped, plural } from '../util/plural.ts';
import { about, type Paint, type Style, seconds } from './style.ts';
import { drawNarrow } from './table.ts';

const LABELS: Readonly<Record<Status, readonly [string, Parameters<Paint>[0]]>> = {
  success: ['ok', 'green'],
  unchanged: ['unchanged', 'gray'],
  error: ['ERROR', 'red'],
  failed: ['FAILED', 'red'],
  upstream_failed: ['not run', 'yellow'],
  skipped: ['skipped', 'yellow'],
  cancelled: ['cancelled', 'yellow'],
};

/** An event as lines; `undefined` when it says nothing to a person. */
export function describe(event: RunEvent, paint: Paint): string | undefined {
  if (event.type === 'run_started')
    return paint('bold', `${event.command} ${event.runId} · day ${event.asOf} · target ${event.target}`);
  if (event.type === 'runs_died') return paint('yellow', event.runs.map(drawDead).join('\n'));
  if (event.type === 'notice') return paint('yellow', `  ${event.message}`);
  if (event.type === 'source_landed') {
    const what = event.rows === null ? 'unchanged' : `${plural(event.rows, 'row')} landed from ${event.origin}`;
    return `  ${event.source.padEnd(24)} ${what}  ${paint('gray', seconds(event.seconds))}`;
  }
  if (event.type === 'plan' && event.nodes.length > 0)
    return `${plural(event.nodes.length, 'node')} of ${event.total} to ${event.purpose ?? 'build'}`;
  if (event.type === 'flags') return drawFlags(event.flags);
  if (event.type === 'case') return `case ${event.number}: ${event.raised.join(' ') || event.why}`;
  if (event.type === 'node_finished') return drawResult(event.result, event.done, event.total, paint);
  if (event.type === 'messages' && event.done % 60 === 0) {
    const { outbox, done, total } = event;
    return `  ${outbox}: ${done === 0 ? `${plural(total, 'message')} to send` : `${done} of ${grouped(total)} sent`}, at least ${about(event.seconds)}`;
  }
  if (event.type === 'outbox_finished') return drawOutbox(event, paint);
  return undefined;
}

function drawDead({ runId, command }: { readonly runId: string; readonly command: string }): string {
  return `  ${command} ${runId} was found dead: its process ended without a word. What it published is whole`;
}

function drawOutbox(event: Extract<RunEvent, { type: 'outbox_finished' }>, paint: Paint): string | undefined {
  const { outbox, sent, resent, waiting, withdrawn, uncertain, because } = event;
  if (sent + resent + waiting + withdrawn + uncertain === 0) return undefined;
  const waits =
    because === null
      ? `${grouped(waiting)} not sent yet`
      : `${plural(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'}: ${because}`;
  const figures = [
    because === null ? `${plural(sent, 'message')} sent` : '',
    resent > 0 ? `${grouped(resent)} sent once more` : '',
    waiting > 0 ? paint('yellow', waits) : '',
    withdrawn > 0 ? `${grouped(withdrawn)} withdrawn: their rows are gone` : '',
    uncertain > 0 ? paint('yellow', `${plural(uncertain, 'attempt')} without an answer: some may be shown twice`) : '',
  ];
  return `  ${outbox}: ${figures.filter(Boolean).join(', ')}`;
}

/** All flags on one line, `S=0 G=1`, and below it the meaning of those that are raised. */
function drawFlags(flags: readonly Flag[]): string {
  const meanings = flags.filter(({ raised }) => raised).map(({ name, description }) => `  ${name}: ${description}`);
  return [flagLine(flags), ...meanings].join('\n');
}

export function flagLine(flags: readonly Flag[]): string {
  return flags.map(({ name, raised }) => `${name}=${raised ? 1 : 0}`).join(' ');
}

function drawResult(result: NodeResult, done: number, total: number, paint: Paint): string {
  const { node, status, rows, changed, contract, startedAt, finishedAt } = result;
  const [label, color] = LABELS[status];
  const kind = node.type === 'model' ? node.materialized : node.type;
  const checks = contract ? plural(contract.checks.length, 'check') : '';
  const unitTests = result.unitTests?.length ? plural(result.unitTests.length, 'unit test') : '';
  const warned = contract?.checks.filter(({ outcome }) => outcome === 'WARN').length ?? 0;
  const figures = [
    rows === null ? '' : plural(rows, 'row'),
    changed === null || changed === rows ? '' : `${grouped(changed)} changed`,
    unitTests,
    checks,
    warned > 0 ? paint('yellow', plural(warned, 'warning')) : '',
  ]
    .filter(Boolean)
    .join(', ');
  const testsFailed = result.unitTests?.some(({ outcome }) => outcome !== 'PASSED');
  const said =
    contract && status === 'failed' && !testsFailed ? failedChecks(contract) : (result.message ?? '').split('\n')[0];
  const detail = status === 'success' ? [figures, said].filter(Boolean).join(' · ') : said;
  const count = `${String(done).padStart(String(total).length)}/${total}`;
  const time = paint('gray', seconds((finishedAt.getTime() - startedAt.getTime()) / 1000));
  return `  ${count} ${paint(color, label.padEnd(9))} ${kind.padEnd(11)} ${`${node.relation.schema}.${node.relation.name}`.padEnd(40)} ${detail}  ${time}`;
}

/** In short: each has been told as a fault. */
function failedChecks({ checks }: ContractResult): string {
  const names = checks.filter(({ outcome }) => FAILING.includes(outcome)).map(({ name }) => name);
  const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
  return `${names.length} of ${plural(checks.length, 'check')} failed: ${names.slice(0, 2).join(', ')}${more}`;
}

const FAILING: readonly string[] = ['FAILED', 'NOT_EVALUATED'];

/** How a run ended, in one line, and what to do when it failed. */
export function drawSummary(
  results: readonly NodeResult[],
  duration: number,
  paint: Paint,
  purpose: 'build' | 'test' = 'build',
): string {
  if (purpose === 'test') return drawTested(results, duration, paint);
  if (results.length === 0)
    return paint('green', `Nothing changed: nothing was run, nothing was written. ${seconds(duration)}`);
  const counts = (Object.keys(LABELS) as Status[]).flatMap((status) => {
    const count = results.filter((result) => result.status === status).length;
    const label = status === 'unchanged' ? 'spared (what they read came out the same)' : LABELS[status][0];
    return count === 0 ? [] : [`${count} ${label}`];
  });
  const rows = results.reduce((sum, result) => sum + (result.status === 'success' ? (result.changed ?? 0) : 0), 0);
  const bad = results.some(({ status }) => status === 'error' || status === 'failed');
  const end = bad
    ? '\nWhat failed keeps its former rows, and so does what reads it. Mend it and run the command again: only that is built.'
    : '';
  const cut = results.some(({ status }) => status === 'cancelled' || status === 'skipped');
  return `${paint(bad ? 'red' : cut ? 'yellow' : 'green', counts.join(', '))} · ${plural(rows, 'row')} written · ${seconds(duration)}${end}`;
}

function drawTested(results: readonly NodeResult[], duration: number, paint: Paint): string {
  if (results.length === 0) return 'Nothing to test: nothing that is selected has what was asked for.';
  const unitTests = results.flatMap((result) => result.unitTests ?? []);
  const checks = results.flatMap((result) => result.contract?.checks ?? []);
  const bad = [
    ...unitTests.filter(({ outcome }) => outcome !== 'PASSED'),
    ...checks.filter(({ outcome }) => FAILING.includes(outcome)),
  ];
  const failed = results.some(({ status }) => status === 'failed');
  const verdict = failed ? paint('red', `${bad.length} failed`) : paint('green', 'all passed');
  return `${plural(unitTests.length, 'unit test')}, ${plural(checks.length, 'check')}: ${verdict} · ${seconds(duration)}`;
}

/**
 * `CODE file:line:col`, the message, the source line with a caret, expected, found, rows and the next step.
 * @param screen characters that a line may have
 */
export function drawFault(fault: Fault, paint: Paint, screen = 120, color: Style = 'red'): string {
  const place = [fault.file, fault.line, fault.line === undefined ? undefined : fault.column]
    .filter((part) => part !== undefined)
    .join(':');
  const lines = [`${paint(color, fault.code)} ${paint('bold', place)}`.trimEnd(), `  ${fault.message}`];
  if (fault.source !== undefined) lines.push(...drawSource(fault.source, fault.column));
  if (fault.through !== undefined) lines.push(`  ${fault.through}`);
  if (fault.expected !== undefined) lines.push(`  expected: ${fault.expected}`);
  if (fault.found !== undefined) lines.push(`  found:${block(fault.found)}`);
  if (fault.rows !== undefined) lines.push(...drawRows(fault.rows, screen));
  if (fault.hint !== undefined) lines.push(`  ${paint('cyan', '→')} ${fault.hint}`);
  return lines.join('\n');
}

function drawRows({ columns, rows, total = 0 }: FaultyRows, screen: number): readonly string[] {
  const text = 25;
  const table = {
    columns: columns.map((name) => ({ name, type: text })),
    rows: rows.map((row) => row.map((value) => (value === null ? 'NULL' : value.trim() === '' ? `'${value}'` : value))),
    rowCount: rows.length,
  };
  const part = total > rows.length ? ` the first ${rows.length} of ${grouped(total)} (all of them: --rows 0)` : '';
  return [`  rows:${part}`, drawNarrow(table, screen - 4).replace(/^/gm, '    ')];
}

/** A text of several lines, such as a table, stands below its label. */
function block(text: string): string {
  return text.includes('\n') ? `\n${text.replace(/^/gm, '    ')}` : `    ${text}`;
}

/** A long line is cut to what stands around the column; tabs count as one place, as columns do. */
function drawSource(source: string, column: number | undefined): readonly string[] {
  const start = column !== undefined && column > 150 ? column - 100 : 0;
  const cut = start > 0 ? '…' : '';
  const line = `  | ${cut}${source.replaceAll('\t', ' ').slice(start, start + 160)}`;
  return column === undefined ? [line] : [line, `  | ${' '.repeat(cut.length + column - 1 - start)}^`];
}

/** Milliseconds by stage, one a line, and their sum. */
export function drawTimings(timings: Readonly<Record<string, number>>): string {
  const total = Object.values(timings).reduce((sum, time) => sum + time, 0);
  return [...Object.entries(timings), ['total', total] as const]
    .map(([stage, time]) => `  ${stage.padEnd(8)} ${time.toFixed(1).padStart(9)} ms`)
    .join('\n');
}

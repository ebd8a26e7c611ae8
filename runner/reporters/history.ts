import type { TextResult } from '../adapters/types.ts';
import type { NodeHistory, PlacedHistory } from '../commands/test-history.ts';
import type { Outcome } from '../contracts/types.ts';
import type { CheckPoint } from '../state/check-history.ts';
import { plural } from '../util/plural.ts';
import { sparkline } from './sparkline.ts';
import type { Paint } from './style.ts';
import { drawTable } from './table.ts';

/**
 * The checks of each contract over its last runs, what is wrong or moves first; what was the same each time is counted only,
 * unless one contract alone is asked for. Runs are numbered, the oldest first.
 * @param screen characters that a line may have
 */
export function drawHistory(histories: readonly NodeHistory[], paint: Paint, screen: number): string {
  const isTold = (check: PlacedHistory): boolean => histories.length === 1 || rank(check) < STEADY;
  const told = histories.filter(({ checks, unrecorded }) => checks.some(isTold) || unrecorded.length > 0);
  const runs = runsOf(told.flatMap(({ checks }) => checks.filter(isTold).flatMap(({ points }) => points)));
  const parts = told.map((history) => drawNode(history, isTold, runs, paint, screen));
  const others = histories.filter((history) => !told.includes(history));
  const steady = plural(others.flatMap(({ checks }) => checks).length, 'check');
  return [
    ...parts,
    ...(others.length > 0
      ? [`${plural(others.length, told.length > 0 ? 'other contract' : 'contract')}: ${steady} steady`]
      : []),
    ...(runs.length > 0 ? [legend(runs)] : []),
  ].join('\n\n');
}

type Run = Pick<CheckPoint, 'runId' | 'label' | 'command' | 'day' | 'startedAt' | 'engine'>;

/** Both engines may have spoken in one run. */
function keyOf({ runId, engine }: Run): string {
  return JSON.stringify([runId, engine]);
}

function runsOf(points: readonly CheckPoint[]): readonly Run[] {
  const runs = new Map(points.map((point) => [keyOf(point), point]));
  return [...runs.values()].toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
}

function drawNode(
  { node, checks, unrecorded }: NodeHistory,
  isTold: (check: PlacedHistory) => boolean,
  runs: readonly Run[],
  paint: Paint,
  screen: number,
): string {
  const own = new Set(checks.flatMap(({ points }) => points.map(keyOf)));
  const told = checks.filter(isTold).toSorted((a, b) => rank(a) - rank(b));
  const steady = checks.length - told.length;
  const place = `${node.relation.schema}.${node.relation.name}`;
  const title = `${paint('bold', place)}  ${node.contract?.file ?? 'no contract any more'} · ${plural(own.size, 'run')}`;
  const numbered = runs
    .map((run, index) => ({ run, number: `#${index + 1}` }))
    .filter(({ run }) => own.has(keyOf(run)));
  return [
    title,
    ...(told.length > 0 ? drawChecks(told, numbered, paint, screen - 2) : []),
    ...(steady > 0 ? [`${plural(steady, 'check')} steady`] : []),
    ...(unrecorded.length > 0
      ? [`${plural(unrecorded.length, 'check')} not recorded yet: ${unrecorded.join(', ')}`]
      : []),
  ]
    .join('\n')
    .replaceAll('\n', '\n  ');
}

interface NumberedRun {
  readonly run: Run;
  readonly number: string;
}

/** Where all runs have no room, long names are cut, then only the values of the latest are shown; the trend is of all. */
function drawChecks(
  checks: readonly PlacedHistory[],
  runs: readonly NumberedRun[],
  paint: Paint,
  screen: number,
): readonly string[] {
  const fitting = CUTS.flatMap((cut) => {
    const tables = runs.map((_, hidden) => ({ hidden, table: drawTable(tableOf(checks, runs.slice(hidden)), cut) }));
    return tables.find(({ table }) => widthOf(table) <= screen) ?? [];
  });
  const narrowest = { hidden: runs.length - 1, table: drawTable(tableOf(checks, runs.slice(-1)), CUTS.at(-1)) };
  const { hidden, table } =
    fitting.find((one) => runs.length - one.hidden >= Math.min(runs.length, FEW_RUNS)) ?? fitting.at(-1) ?? narrowest;
  const [head = '', rule = '', ...lines] = table.split('\n');
  return [
    head,
    rule,
    ...lines.map((line, index) => {
      const color = COLORS[rank(checks[index] as PlacedHistory)];
      return color ? paint(color, line) : line;
    }),
    ...(hidden > 0 ? [`the values of ${plural(hidden, 'older run')} have no room here: --output json`] : []),
  ];
}

/** Characters that a name or a threshold may have, the first that leaves room for a few runs. */
const CUTS = [60, 32, 16];
const FEW_RUNS = 5;

const [TEXT, NUMBER] = [25, 1700];

function tableOf(checks: readonly PlacedHistory[], runs: readonly NumberedRun[]): TextResult {
  const rows = checks.map((check) => {
    const numbers = check.points.map(({ value }) => (value === null ? Number.NaN : Number(value)));
    const known = numbers.filter(Number.isFinite);
    const range = known.length > 0 ? [...new Set([Math.min(...known), Math.max(...known)].map(short))].join('…') : '';
    const valueIn = (run: Run): string | null => {
      const point = check.points.find((one) => keyOf(one) === keyOf(run));
      return point ? `${short(point.value)}${MARKS[point.outcome]}` : null;
    };
    const name = check.line === null ? `(gone) ${check.name}` : check.name;
    const threshold = check.points.at(-1)?.threshold ?? '';
    return [name, threshold, sparkline(numbers), range, ...runs.map(({ run }) => valueIn(run))];
  });
  const texts = ['check', 'threshold', 'trend', 'range'].map((name) => ({ name, type: TEXT }));
  const columns = [...texts, ...runs.map(({ number }) => ({ name: `${number} `, type: NUMBER }))];
  return { columns, rows, rowCount: rows.length };
}

const MARKS: Readonly<Record<Outcome, string>> = {
  PASSED: ' ',
  FAILED: '✗',
  WARN: '!',
  NOT_EVALUATED: '?',
  EXCLUDED: ' ',
};

/** A number in six digits; what is none as it is. */
function short(value: string | number | null): string {
  if (value === null) return '–';
  const number = Number(value);
  return Number.isFinite(number) && !Number.isInteger(number) ? String(Number(number.toPrecision(6))) : String(value);
}

const STEADY = 4;
const COLORS = ['red', 'yellow', 'yellow'] as const;

/** What is wrong now, then what warns now, then what was wrong or warned, then what moved, then the rest. */
function rank({ points }: PlacedHistory): number {
  const outcomes = points.map(({ outcome }) => outcome);
  const isWrong = (outcome: Outcome | undefined): boolean => outcome === 'FAILED' || outcome === 'NOT_EVALUATED';
  if (isWrong(outcomes.at(-1))) return 0;
  if (outcomes.at(-1) === 'WARN') return 1;
  if (outcomes.some((outcome) => isWrong(outcome) || outcome === 'WARN')) return 2;
  return new Set(points.map(({ value }) => value)).size > 1 ? 3 : STEADY;
}

function legend(runs: readonly Run[]): string {
  const rows = runs.map(({ label, command, day, startedAt, engine }, index) => [
    `#${index + 1}`,
    startedAt.slice(0, 16).replace('T', ' '),
    day,
    label,
    command,
    engine,
  ]);
  const columns = ['', 'run at', 'for', 'run', 'command', 'engine'].map((name) => ({ name, type: TEXT }));
  return `${drawTable({ columns, rows, rowCount: rows.length })}\n✗ failed  ! warned  ? not evaluated  (gone) no longer in the contract`;
}

function widthOf(table: string): number {
  return table.split('\n').reduce((most, line) => Math.max(most, [...line].length), 0);
}

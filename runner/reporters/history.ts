import type { NodeHistory, PlacedHistory } from '../commands/test-history.ts';
import type { Outcome } from '../contracts/types.ts';
import type { CheckPoint } from '../state/check-history.ts';
import { plural } from '../util/plural.ts';
import { keyOf, type NumberedRun, type Run, tableThatFits } from './history-table.ts';
import type { Paint } from './style.ts';
import { drawTable } from './table.ts';

/**
 * The checks of each contract over its last runs, what is wrong or moves first; what was the same each time is counted only,
 * unless one contract alone is asked for. Runs are numbered, the oldest first.
 * @param screen characters that a line may have
 */
export function drawHistory(histories: readonly NodeHistory[], paint: Paint, screen: number): string {
  const isTold = (check: PlacedHistory): boolean =>
    check.line !== null && (histories.length === 1 || rank(check) < STEADY);
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
  const gone = checks.filter(({ line }) => line === null).length;
  const steady = checks.length - told.length - gone;
  const place = `${node.relation.schema}.${node.relation.name}`;
  const title = `${paint('bold', place)}  ${node.contract?.file ?? 'no contract any more'} · ${plural(own.size, 'run')}`;
  const numbered = runs
    .map((run, index) => ({ run, number: `#${index + 1}` }))
    .filter(({ run }) => own.has(keyOf(run)));
  return [
    title,
    ...(told.length > 0 ? drawChecks(told, numbered, paint, screen - 2) : []),
    ...(steady > 0 ? [`${plural(steady, 'check')} steady`] : []),
    ...(gone > 0 ? [`${plural(gone, 'check')} no longer in the contract: --output json`] : []),
    ...(unrecorded.length > 0
      ? [`${plural(unrecorded.length, 'check')} not recorded yet: ${unrecorded.join(', ')}`]
      : []),
  ]
    .join('\n')
    .replaceAll('\n', '\n  ');
}

/** The trend is of all runs, the values of those that have room. */
function drawChecks(
  checks: readonly PlacedHistory[],
  runs: readonly NumberedRun[],
  paint: Paint,
  screen: number,
): readonly string[] {
  const { shown, table } = tableThatFits(checks, runs, screen);
  const hidden = runs.length - shown;
  const [head = '', rule = '', ...drawn] = table.split('\n');
  return [
    head,
    rule,
    ...drawn.map((line, index) => {
      const color = COLORS[rank(checks[index] as PlacedHistory)];
      return color ? paint(color, line) : line;
    }),
    ...(hidden > 0 ? [`the values of ${plural(hidden, 'older run')} have no room here: --output json`] : []),
  ];
}

const TEXT = 25;
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
  return `${drawTable({ columns, rows, rowCount: rows.length })}\n✗ failed  ! warned  ? not evaluated`;
}

import type { TextResult } from '../adapters/types.ts';
import type { PlacedHistory } from '../commands/test-history.ts';
import type { Outcome } from '../contracts/types.ts';
import type { CheckPoint } from '../state/check-history.ts';
import { sparkline } from './sparkline.ts';
import { drawTable } from './table.ts';

export type Run = Pick<CheckPoint, 'runId' | 'label' | 'command' | 'day' | 'startedAt' | 'engine'>;

/** Both engines may have spoken in one run. */
export function keyOf({ runId, engine }: Run): string {
  return JSON.stringify([runId, engine]);
}

export interface NumberedRun {
  readonly run: Run;
  readonly number: string;
}

/** Characters that a name or a threshold may have, the first that leaves room for a few runs. */
const CUTS = [60, 32, 16];
const FEW_RUNS = 5;

const [TEXT, NUMBER] = [25, 1700];

/**
 * The checks over the runs, as wide as the screen at the most: where all runs have no room, long names are cut, then only the
 * latest are shown.
 */
export function tableThatFits(
  checks: readonly PlacedHistory[],
  runs: readonly NumberedRun[],
  screen: number,
): FittingTable {
  const lines = checks.map((check) => lineOf(check, runs, Math.floor(screen / 4)));
  const enough = Math.min(runs.length, FEW_RUNS);
  const fitting = CUTS.flatMap((cut) => mostRuns(lines, runs, cut, screen) ?? []);
  return (
    fitting.find(({ shown }) => shown >= enough) ??
    fitting.at(-1) ?? { shown: 1, table: drawTable(tableOf(lines, runs.slice(-1)), CUTS.at(-1)) }
  );
}

interface FittingTable {
  /** How many of the runs, the latest. */
  readonly shown: number;
  readonly table: string;
}

interface Line {
  /** Name, threshold, trend and range. */
  readonly texts: readonly string[];
  /** One for each run. */
  readonly values: readonly (string | null)[];
}

/** @param width characters that the trend may have, which is then of the latest runs */
function lineOf({ name, points }: PlacedHistory, runs: readonly NumberedRun[], width: number): Line {
  const numbers = points.map(({ value }) => (value === null ? Number.NaN : Number(value)));
  const known = numbers.filter(Number.isFinite);
  const range = known.length > 0 ? [...new Set([Math.min(...known), Math.max(...known)].map(short))].join('…') : '';
  const inRun = new Map(points.map((point) => [keyOf(point), `${short(point.value)}${MARKS[point.outcome]}`]));
  return {
    texts: [name, points.at(-1)?.threshold ?? '', sparkline(numbers.slice(-width)), range],
    values: runs.map(({ run }) => inRun.get(keyOf(run)) ?? null),
  };
}

const LEAST_COLUMN = 5;

/** The table of as many of the latest runs as the screen has room for; none where it has room for no run. */
function mostRuns(
  lines: readonly Line[],
  runs: readonly NumberedRun[],
  cut: number,
  screen: number,
): FittingTable | undefined {
  for (let shown = Math.min(runs.length, Math.ceil(screen / LEAST_COLUMN)); shown > 0; shown -= 1) {
    const table = drawTable(tableOf(lines, runs.slice(-shown)), cut);
    if (widthOf(table) <= screen) return { shown, table };
  }
  return undefined;
}

function tableOf(lines: readonly Line[], runs: readonly NumberedRun[]): TextResult {
  const texts = ['check', 'threshold', 'trend', 'range'].map((name) => ({ name, type: TEXT }));
  const columns = [...texts, ...runs.map(({ number }) => ({ name: `${number} `, type: NUMBER }))];
  const rows = lines.map(({ texts, values }) => [...texts, ...values.slice(-runs.length)]);
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

function widthOf(table: string): number {
  return table.split('\n').reduce((most, line) => Math.max(most, [...line].length), 0);
}

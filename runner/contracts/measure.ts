import type { TextResult } from '../adapters/types.ts';
import { plural } from '../util/plural.ts';
import { type Cell, fromJson, numberOf, rowsOf } from './number.ts';
import type { QueryRole, Role } from './plan.ts';
import { parseTime } from './scalar.ts';
import { compareSchema, toActualColumn } from './schema.ts';
import type { Check, ColumnSpec, FailedRowsCheck, FreshnessCheck, Outcome, Quantity, Threshold } from './types.ts';

/** What the queries of a check returned: a cell by what it measures (`null` when there was no row), or the columns found. */
export interface Readings {
  readonly cells: Readonly<Partial<Record<Role | QueryRole, Cell | null>>>;
  readonly schema: TextResult['rows'];
}

/** What was found. */
export interface Measurement {
  /** To be compared with the threshold; `null` when there is none. */
  readonly value: Quantity | null;
  readonly message: string;
  /** Stated where nothing is left to compare. */
  readonly outcome?: Outcome;
  /** Why the check could not be measured as it was meant, which makes the contract an error. */
  readonly error?: string | undefined;
}

/** @param clock the time that freshness is measured at, unless the contract names another */
export function measure(
  check: Check,
  { cells, schema }: Readings,
  columns: readonly ColumnSpec[],
  clock: Date,
): Measurement {
  const rows = countOf(cells.rows);
  const bad = countOf(cells.bad);
  const value = cells.value ? fromJson(cells.value) : null;
  switch (check.type) {
    case 'schema': {
      const actual = schema.map(toActualColumn);
      if (actual.length === 0) return { ...none('the relation has no column, or does not exist'), value: 0 };
      return compareSchema(check, columns, actual);
    }
    case 'row_count':
      return { value: rows, message: plural(rows, 'row') };
    case 'missing':
    case 'invalid':
      return share(check, bad, rows, `${check.type} of ${plural(rows, 'row')}`);
    case 'duplicate': {
      const present = rows - countOf(cells.missing);
      const surplus = present - countOf(cells.distinct);
      return share(check, surplus, present, `duplicate${surplus === 1 ? '' : 's'} in ${plural(present, 'row')}`);
    }
    case 'failed_rows':
      if (check.query === null) return share(check, bad, rows, `failed of ${plural(rows, 'row')}`);
      return shareOfTested(check, bad, cells.tested ? fromJson(cells.tested) : null);
    case 'aggregate':
      return number(value, `${check.function.replace('_', ' ')} is`, 'double');
    case 'metric':
      return check.query === null
        ? number(value, 'the expression is', 'double')
        : number(value, 'the query returned', 'exact');
    case 'freshness':
      return freshness(check, value, clock);
  }
}

function share(
  { threshold }: { readonly threshold: Threshold },
  part: number,
  whole: number,
  words: string,
): Measurement {
  if (threshold.metric === 'count') return { value: part, message: `${part} ${words}` };
  // Of no rows, none is bad.
  const percent = whole === 0 ? 0 : (part * 100) / whole;
  return { value: percent, message: `${rounded(percent)} %: ${part} ${words}` };
}

const TIMES = [1082, 1114, 1184];
const TEXTS = [25, 1042, 1043];

/** Without a whole, a count is told all the same. */
function shareOfTested(check: FailedRowsCheck, bad: number, cell: Cell | null): Measurement {
  const tested = cell ? rowsOf(cell) : null;
  const text = cell?.text ?? null;
  const words = `rows_tested_query returned ${text === null ? 'nothing' : `"${text}", which is not a number`}`;
  const error = text !== null && tested === null ? words : undefined;
  if (check.threshold.metric === 'count') return { value: bad, message: plural(bad, 'failed row'), error };
  if (tested === null) return none(words, error);
  return share(check, bad, Math.max(tested, 0), `failed of ${tested} tested`);
}

/** An expression's value is a double, whatever its type. */
function number(cell: Cell | null, words: string, kind: 'double' | 'exact'): Measurement {
  if (cell === null || cell.text === null) return none(`${words} ${cell ? 'NULL' : 'no row'}`);
  const found = numberOf(cell);
  if (found === null) {
    const message = `${words} "${cell.text}", not a finite number`;
    return none(message, message);
  }
  const value = kind === 'exact' ? found : Number(found);
  return { value, message: `${words} ${value}` };
}

/** No rows, or no time in them, is a failure at any level. */
function freshness({ threshold, now }: FreshnessCheck, cell: Cell | null, clock: Date): Measurement {
  if (cell === null || cell.text === null) return { value: null, message: 'no row has a time', outcome: 'FAILED' };
  const then = [...TIMES, ...TEXTS].includes(cell.type) ? parseTime(cell.text) : null;
  if (then === null) {
    const message = `the latest value is "${cell.text}", which is not a time`;
    return { value: null, message, outcome: 'FAILED', error: message };
  }
  const unit = threshold.unit ?? 'hour';
  const value = ageIn(unit, then, (now === null ? null : parseTime(now)) ?? clock.getTime());
  return { value, message: `the latest is of ${cell.text}, ${rounded(value)} ${unit}s ago` };
}

const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;

/** The age in units, whole seconds counting; negative for a time to come. */
export function ageIn(unit: keyof typeof SECONDS, then: number, now: number): number {
  return Math.floor((now - then) / 1000) / SECONDS[unit];
}

function none(message: string, error?: string): Measurement {
  return { value: null, message, outcome: 'NOT_EVALUATED', error };
}

function countOf(cell: Cell | null | undefined): number {
  return Number(cell?.text ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

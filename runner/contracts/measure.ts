import type { TextResult } from '../adapters/types.ts';
import { plural } from '../util/plural.ts';
import type { QueryRole, Role } from './plan.ts';
import { parseTime } from './scalar.ts';
import { compareSchema, toActualColumn } from './schema.ts';
import type { Check, ColumnSpec, FreshnessCheck, Outcome, Quantity, Threshold } from './types.ts';

/** A field as the server wrote it, with the OID of its type. */
export interface Cell {
  readonly text: string | null;
  readonly type: number;
}

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
  /** The check could not be measured as it was meant, which makes the contract an error. */
  readonly error?: boolean;
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
  const value = cells.value ?? null;
  switch (check.type) {
    case 'schema': {
      const actual = schema.map(toActualColumn);
      if (actual.length === 0) return none('the relation has no column, or does not exist');
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
    case 'failed_rows': {
      if (check.query === null) return share(check, bad, rows, `failed of ${plural(rows, 'row')}`);
      if (check.threshold.metric === 'count') return { value: bad, message: plural(bad, 'failed row') };
      const tested = cells.tested?.text ?? null;
      if (tested === null) return none('rows_tested_query returned nothing');
      return share(check, bad, Number(tested), `failed of ${tested} tested`);
    }
    case 'aggregate':
      return asDouble(value, check.function.replace('_', ' '));
    case 'metric':
      return check.query === null ? asDouble(value, 'the expression') : asExact(value);
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

const INTEGERS = [20, 21, 23, 26];
const FLOATS = [700, 701];
const NUMERIC = 1700;
const BOOLEAN = 16;
const TIMES = [1082, 1114, 1184];
const TEXTS = [25, 1042, 1043];

/** A value as Python's `float()` would have it. */
function asDouble(cell: Cell | null, what: string): Measurement {
  if (cell === null || cell.text === null) return none(`${what} is NULL`);
  const number = /^\s*[-+]?[\d.]/.test(cell.text) ? Number(cell.text) : Number.NaN;
  const value = cell.type === BOOLEAN ? Number(cell.text === 't') : number;
  if (!Number.isFinite(value)) return none(`${what} is "${cell.text}", not a finite number`, true);
  return { value, message: `${what} is ${value}` };
}

/** A value as it stands: `numeric` and integers are exact, floats are doubles; a text is no number. */
function asExact(cell: Cell | null): Measurement {
  if (cell === null || cell.text === null) return none(`the query returned ${cell ? 'NULL' : 'no row'}`);
  const { text, type } = cell;
  if (type === BOOLEAN) return { value: Number(text === 't'), message: `the query returned ${text === 't'}` };
  if (![...INTEGERS, ...FLOATS, NUMERIC].includes(type))
    return none(`the query returned "${text}", which is not a number`);
  if (!Number.isFinite(Number(text))) return none(`the query returned ${text}, not a finite number`, true);
  return { value: FLOATS.includes(type) ? Number(text) : text, message: `the query returned ${text}` };
}

/** No rows, or no time in them, is a failure at any level. */
function freshness({ threshold, now }: FreshnessCheck, cell: Cell | null, clock: Date): Measurement {
  if (cell === null || cell.text === null) return { value: null, message: 'no row has a time', outcome: 'FAILED' };
  const then = [...TIMES, ...TEXTS].includes(cell.type) ? parseTime(cell.text) : null;
  if (then === null) {
    const message = `the latest value is "${cell.text}", which is not a time`;
    return { value: null, message, outcome: 'FAILED', error: true };
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

function none(message: string, error = false): Measurement {
  return { value: null, message, outcome: 'NOT_EVALUATED', error };
}

function countOf(cell: Cell | null | undefined): number {
  return Number(cell?.text ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

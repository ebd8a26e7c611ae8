import { ageIn, parseTime } from './freshness.ts';
import { compareSchema, toActualColumn } from './schema.ts';
import type { Check, ColumnSpec, FailedRowsCheck, Quantity } from './types.ts';

/** A field as the server wrote it, with the OID of its type. */
export interface Cell {
  readonly text: string | null;
  readonly type: number;
}

/** What the queries of a check returned: the cells of the aggregate query by role, and its own results. */
export interface Readings {
  readonly rows?: Cell | undefined;
  readonly bad?: Cell | undefined;
  readonly missing?: Cell | undefined;
  readonly distinct?: Cell | undefined;
  /** `null` when the query returned no row. */
  readonly value?: Cell | null | undefined;
  readonly tested?: Cell | null | undefined;
  readonly schema?: readonly (readonly (string | null)[])[] | undefined;
}

/** What was found. `error`: the check could not be measured as it was meant, which makes the contract an error. */
export type Measurement =
  | { readonly kind: 'value'; readonly value: Quantity; readonly message: string }
  | { readonly kind: 'none'; readonly message: string; readonly error: boolean }
  | {
      readonly kind: 'settled';
      readonly passed: boolean;
      readonly value: Quantity | null;
      readonly message: string;
      readonly error: boolean;
    };

/** @param clock the time that freshness is measured at, unless the contract names another */
export function measure(check: Check, readings: Readings, columns: readonly ColumnSpec[], clock: Date): Measurement {
  const rows = countOf(readings.rows);
  const bad = countOf(readings.bad);
  switch (check.type) {
    case 'schema': {
      const actual = (readings.schema ?? []).map(toActualColumn);
      if (actual.length === 0) return none('the relation has no column, or does not exist', false);
      const { passed, problems, message } = compareSchema(check, columns, actual);
      return { kind: 'settled', passed, value: problems, message, error: false };
    }
    case 'row_count':
      return { kind: 'value', value: rows, message: plural(rows, 'row') };
    case 'missing':
    case 'invalid':
      return share(check, bad, rows, `${check.type} of ${plural(rows, 'row')}`);
    case 'duplicate': {
      const present = rows - countOf(readings.missing);
      const surplus = present - countOf(readings.distinct);
      return share(
        check,
        surplus,
        present,
        `${surplus === 1 ? 'duplicate' : 'duplicates'} in ${plural(present, 'row')}`,
      );
    }
    case 'failed_rows':
      return failedRows(check, bad, rows, readings.tested);
    case 'aggregate':
      return asDouble(readings.value ?? null, `${check.function.replace('_', ' ')}`);
    case 'metric':
      return check.query === null
        ? asDouble(readings.value ?? null, 'the expression')
        : asExact(readings.value ?? null);
    case 'freshness':
      return freshness(check.threshold.unit ?? 'hour', readings.value ?? null, check.now, clock);
  }
}

function share(check: Exclude<Check, { type: 'schema' }>, part: number, whole: number, words: string): Measurement {
  if (check.threshold.metric === 'count') return { kind: 'value', value: part, message: `${part} ${words}` };
  // Of no rows, none is bad.
  const percent = whole === 0 ? 0 : (part * 100) / whole;
  return { kind: 'value', value: percent, message: `${rounded(percent)} %: ${part} ${words}` };
}

function failedRows(check: FailedRowsCheck, bad: number, rows: number, tested: Cell | null | undefined): Measurement {
  if (check.query === null) return share(check, bad, rows, `failed of ${plural(rows, 'row')}`);
  if (check.threshold.metric === 'count') return { kind: 'value', value: bad, message: plural(bad, 'failed row') };
  if (tested?.text === null || tested?.text === undefined) return none('rows_tested_query returned nothing', false);
  return share(check, bad, Number(tested.text), `failed of ${tested.text} tested`);
}

const INTEGERS = [20, 21, 23, 26];
const FLOATS = [700, 701];
const NUMERIC = 1700;
const BOOLEAN = 16;

/** A value as Python's `float()` would have it. */
function asDouble(cell: Cell | null, what: string): Measurement {
  if (cell === null || cell.text === null) return none(`${what} is NULL`, false);
  const value =
    cell.type === BOOLEAN
      ? Number(cell.text === 't')
      : /^\s*[-+]?[\d.]/.test(cell.text)
        ? Number(cell.text)
        : Number.NaN;
  if (!Number.isFinite(value)) return none(`${what} is ${cell.text}, not a finite number`, true);
  return { kind: 'value', value, message: `${what} is ${value}` };
}

/** A value as it stands: `numeric` and integers are exact, floats are doubles; a text is no number. */
function asExact(cell: Cell | null): Measurement {
  if (cell === null || cell.text === null)
    return none(cell ? 'the query returned NULL' : 'the query returned no row', false);
  const { text, type } = cell;
  if (type === BOOLEAN)
    return { kind: 'value', value: text === 't' ? 1 : 0, message: `the query returned ${text === 't'}` };
  if (![...INTEGERS, ...FLOATS, NUMERIC].includes(type))
    return none(`the query returned "${text}", which is not a number`, false);
  if (!Number.isFinite(Number(text))) return none(`the query returned ${text}, not a finite number`, true);
  return { kind: 'value', value: FLOATS.includes(type) ? Number(text) : text, message: `the query returned ${text}` };
}

/** No rows, or no time in them, is a failure at any level. */
function freshness(
  unit: 'minute' | 'hour' | 'day',
  cell: Cell | null,
  stated: string | null,
  clock: Date,
): Measurement {
  const settled = (message: string, error: boolean): Measurement => ({
    kind: 'settled',
    passed: false,
    value: null,
    message,
    error,
  });
  if (cell === null || cell.text === null) return settled('no row has a time', false);
  const then = [1082, 1114, 1184, 25, 1043, 1042].includes(cell.type) ? parseTime(cell.text) : null;
  if (then === null) return settled(`the latest value is "${cell.text}", which is not a time`, true);
  const value = ageIn(unit, then, (stated === null ? null : parseTime(stated)) ?? clock.getTime());
  return { kind: 'value', value, message: `the latest is of ${cell.text}, ${rounded(value)} ${unit}s ago` };
}

function none(message: string, error: boolean): Measurement {
  return { kind: 'none', message, error };
}

function countOf(cell: Cell | undefined): number {
  return Number(cell?.text ?? 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

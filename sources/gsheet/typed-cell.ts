import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { plainDecimal } from '../shared/cell-text.ts';

export type TypedCell = sheets_v4.Schema$CellData;

const DAY_SECONDS = 86_400;
/** Days from the day 0 of a sheet, 1899-12-30, to that of JavaScript. */
const DAY_ZERO = 25_569;

/** https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType */
const ERRORS: Readonly<Record<string, string>> = {
  NULL_VALUE: '#NULL!',
  DIVIDE_BY_ZERO: '#DIV/0!',
  VALUE: '#VALUE!',
  REF: '#REF!',
  NAME: '#NAME?',
  NUM: '#NUM!',
  N_A: '#N/A',
};

interface Moment {
  readonly hasDate: boolean;
  readonly hasTime: boolean;
}

/**
 * The text of a cell of the API, the same whatever the locale of its sheet; `null` when it is empty. What is shown as a
 * date is `DD/MM/YYYY`, a time or a duration `HH:MM:SS` (hours go on after 24), both `DD/MM/YYYY HH:MM:SS`, to the nearest
 * second; a percentage keeps its sign; another number is a plain decimal.
 */
export function typedCellText(cell: TypedCell): string | null {
  const value = cell.effectiveValue;
  if (typeof value?.stringValue === 'string') return value.stringValue.replaceAll('\0', '\uFFFD') || null;
  if (typeof value?.boolValue === 'boolean') return value.boolValue ? 'TRUE' : 'FALSE';
  if (value?.errorValue) return ERRORS[value.errorValue.type ?? ''] ?? '#ERROR!';
  if (typeof value?.numberValue !== 'number') return null;
  const moment = momentOf(cell);
  if (moment !== undefined) return momentText(value.numberValue, moment);
  const isPercentage = cell.effectiveFormat?.numberFormat?.type === 'PERCENT';
  return isPercentage ? `${plainDecimal(value.numberValue * 100)}%` : plainDecimal(value.numberValue);
}

/** What of a moment a number is shown as, if it is one: a day that is taken for a number would count as 46,000 km. */
function momentOf({ effectiveFormat, formattedValue }: TypedCell): Moment | undefined {
  const { type, pattern } = effectiveFormat?.numberFormat ?? {};
  // Neither a text nor what is within brackets, such as a locale (`[$-fr-FR]`) or a colour, is a part of a moment: `[h]` is.
  const letters = (pattern ?? '').replace(/"[^"]*"|\\.|\[(?!(?:h+|m+|s+)\])[^\]]*\]/gi, '');
  const isDuration = /\[[hms]/i.test(letters);
  if (isDuration || type === 'DATE' || type === 'TIME' || type === 'DATE_TIME') {
    const hasDate = /[dy]/i.test(letters);
    const hasTime = isDuration || /[hs]/i.test(letters);
    return hasDate || hasTime ? { hasDate, hasTime } : { hasDate: type !== 'TIME', hasTime: type !== 'DATE' };
  }
  // A format that the sheet chose by itself, as for a formula, may not be told.
  const hasDate = /\d[/-]\d/.test(formattedValue ?? '');
  const hasTime = /\d:\d\d/.test(formattedValue ?? '');
  return type === undefined && (hasDate || hasTime) ? { hasDate, hasTime } : undefined;
}

function momentText(serial: number, { hasDate, hasTime }: Moment): string {
  const seconds = Math.round(serial * DAY_SECONDS);
  if (!hasDate) return timeText(seconds);
  const date = new Date((seconds - DAY_ZERO * DAY_SECONDS) * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return '#NUM!';
  const day = `${pad(date.getUTCDate())}/${pad(date.getUTCMonth() + 1)}/${String(year).padStart(4, '0')}`;
  return hasTime ? `${day} ${date.toISOString().slice(11, 19)}` : day;
}

function timeText(seconds: number): string {
  const total = Math.abs(seconds);
  const hours = plainDecimal(Math.floor(total / 3600)).padStart(2, '0');
  return `${seconds < 0 ? '-' : ''}${hours}:${pad(Math.floor((total % 3600) / 60))}:${pad(total % 60)}`;
}

function pad(part: number): string {
  return String(part).padStart(2, '0');
}

import type { Cell, CellValue } from 'exceljs';

const DAY_MS = 86_400_000;

/** No exponent and no noise of binary fractions: 0.30000000000000004 is 0.3. */
const DECIMAL = new Intl.NumberFormat('en', { useGrouping: false, maximumSignificantDigits: 15 });

/**
 * What a person reads in a cell, as text without locale; `null` for an empty cell. A date is `YYYY-MM-DD` (no time zone
 * moves it), with ` HH:MM:SS` when it has a time; a number is a plain decimal of the 15 digits that Excel keeps;
 * a formula is its result; rich text and hyperlinks are their text; an error is its name (`#N/A`).
 * @param date1904 whether the workbook counts days from 1904, as old ones of the Mac do: only results of formulas need it
 */
export function cellText(cell: Pick<Cell, 'value' | 'numFmt' | 'result'>, date1904: boolean): string | null {
  const { value } = cell;
  if (value === null || typeof value !== 'object' || !('formula' in value || 'sharedFormula' in value)) {
    return valueText(value);
  }
  // exceljs leaves a result of 0 out of `value`, and out of `result` where the formula is shared with another cell.
  const result = cell.result ?? value.result;
  if (typeof result !== 'number') return valueText(result);
  // How the streaming reader shows that the formula ended in an error.
  if (Number.isNaN(result)) return '#ERROR!';
  // It turns a dated number into a date, but not a dated result.
  return isDateFormat(cell.numFmt) ? dateText(serialDate(result, date1904)) : valueText(result);
}

export function plainDecimal(value: number): string {
  return DECIMAL.format(value || 0);
}

function valueText(value: CellValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return unescapeText(value) || null;
  if (typeof value === 'number') return Number.isFinite(value) ? plainDecimal(value) : null;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return dateText(value);
  if ('richText' in value) return unescapeText(value.richText.map((run) => run.text ?? '').join('')) || null;
  if ('error' in value) return value.error;
  return 'hyperlink' in value ? valueText(value.text) : null;
}

function dateText(date: Date): string | null {
  if (Number.isNaN(date.getTime())) return null;
  // Excel stores a time as a binary fraction of a day: the nearest second is the one meant.
  const iso = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString();
  const day = iso.slice(0, 10);
  const time = iso.slice(11, 19);
  // Day 0 of the calendar: the cell holds a time of the day alone.
  if (day === '1899-12-30' || day === '1899-12-31') return time;
  return time === '00:00:00' ? day : `${day} ${time}`;
}

function serialDate(serial: number, date1904: boolean): Date {
  return new Date(Math.round((serial - 25_569 + (date1904 ? 1462 : 0)) * DAY_MS));
}

function isDateFormat(format: string | undefined): boolean {
  return /[ymdh]/i.test((format ?? '').replace(/\[[^\]]*\]|"[^"]*"|\\./g, '').replace(/general/i, ''));
}

/** `_x000D_` is how a workbook writes a carriage return within a text. */
function unescapeText(text: string): string {
  return text
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\0', '\uFFFD');
}

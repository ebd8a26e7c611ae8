import type { CellValue } from 'exceljs';

/** No exponent and no noise of binary fractions: 0.30000000000000004 is 0.3. */
const DECIMAL = new Intl.NumberFormat('en', { useGrouping: false, maximumSignificantDigits: 15 });

/**
 * What a person reads in a cell, as text without locale; `null` for an empty cell. A date is `YYYY-MM-DD` (no time zone
 * moves it), with ` HH:MM:SS` when it has a time; a number is a plain decimal of the 15 digits that Excel keeps; an
 * error is its name (`#N/A`).
 */
export function cellText(value: CellValue): string | null {
  if (typeof value === 'string') return unescapeText(value) || null;
  if (typeof value === 'number') return plainDecimal(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return dateText(value);
  return value !== null && typeof value === 'object' && 'error' in value ? value.error : null;
}

export function plainDecimal(value: number): string {
  return DECIMAL.format(value || 0);
}

function dateText(date: Date): string {
  // Excel stores a time as a binary fraction of a day: the nearest second is the one meant.
  const iso = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString();
  const day = iso.slice(0, 10);
  const time = iso.slice(11, 19);
  // Day 0 of the calendar: the cell holds a time of the day alone.
  if (day === '1899-12-30' || day === '1899-12-31') return time;
  return time === '00:00:00' ? day : `${day} ${time}`;
}

/** `_x000D_` is how a workbook writes a carriage return within a text. */
function unescapeText(text: string): string {
  return text
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\0', '\uFFFD');
}

// The cells of a Google Sheet as the API tells them and as a CSV export writes them, in the sheet's locale.

export type SheetLocale = 'fr_FR' | 'en_US';

/** A number shown as a date, a time or otherwise; without a `type`, its format is not told. */
export interface FormattedNumber {
  readonly serial: number;
  readonly type?: 'DATE' | 'TIME' | 'DATE_TIME' | 'NUMBER' | 'PERCENT';
  /** As Google writes patterns: `dd/MM/yyyy`, `[h]:mm:ss`. */
  readonly pattern: string;
}

export type GridCell = null | string | number | boolean | FormattedNumber | { readonly error: string };

const DAY_ZERO = 25_569;
const ERRORS: Readonly<Record<string, string>> = { N_A: '#N/A', DIVIDE_BY_ZERO: '#DIV/0!', REF: '#REF!' };
const BOOLEANS = { fr_FR: ['FAUX', 'VRAI'], en_US: ['FALSE', 'TRUE'] } as const;

/** A cell as the answer to a form gives it in a sheet of that locale. */
export const moment = (serial: number, locale: SheetLocale = 'fr_FR'): FormattedNumber => ({
  serial,
  type: 'DATE_TIME',
  pattern: locale === 'fr_FR' ? 'dd/MM/yyyy HH:mm:ss' : 'M/d/yyyy H:mm:ss',
});
export const day = (serial: number, locale: SheetLocale = 'fr_FR'): FormattedNumber => ({
  serial,
  type: 'DATE',
  pattern: locale === 'fr_FR' ? 'dd/MM/yyyy' : 'M/d/yyyy',
});
export const duration = (serial: number): FormattedNumber => ({ serial, type: 'TIME', pattern: '[hh]:mm:ss' });

/** Days since 1899-12-30 of a moment in ISO, without time zone. */
export function serialOf(iso: string): number {
  return Date.parse(`${iso}Z`) / 86_400_000 + DAY_ZERO;
}

/** CellData; an empty cell has nothing. */
export function apiCell(cell: GridCell, locale: SheetLocale): Readonly<Record<string, unknown>> {
  if (cell === null || cell === '') return {};
  const formattedValue = formatted(cell, locale);
  if (typeof cell === 'string') return { effectiveValue: { stringValue: cell }, formattedValue };
  if (typeof cell === 'boolean') return { effectiveValue: { boolValue: cell }, formattedValue };
  if (typeof cell === 'number') return { effectiveValue: { numberValue: cell }, formattedValue };
  if ('error' in cell) return { effectiveValue: { errorValue: { type: cell.error, message: 'oh' } }, formattedValue };
  const { serial, type, pattern } = cell;
  const effectiveFormat = { numberFormat: { type, pattern }, horizontalAlignment: 'RIGHT' };
  return { effectiveValue: { numberValue: serial }, formattedValue, ...(type ? { effectiveFormat } : {}) };
}

/** The export: CRLF between rows, quotes where they are needed, blank rows within but not at the end. */
export function csvOf(rows: readonly (readonly GridCell[])[], locale: SheetLocale): string {
  const texts = rows.map((row) => row.map((cell) => (cell === null ? '' : formatted(cell, locale))));
  const height = texts.findLastIndex((row) => row.some((text) => text !== '')) + 1;
  const width = Math.max(0, ...texts.map((row) => row.findLastIndex((text) => text !== '') + 1));
  return texts
    .slice(0, height)
    .map((row) => Array.from({ length: width }, (_, index) => quoted(row[index] ?? '')).join(','))
    .join('\r\n');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function formatted(cell: Exclude<GridCell, null>, locale: SheetLocale): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'boolean') return BOOLEANS[locale][cell ? 1 : 0];
  if (typeof cell === 'number') return localNumber(cell, locale);
  if ('error' in cell) return ERRORS[cell.error] ?? '#ERROR!';
  const { serial, type, pattern } = cell;
  if (type === 'PERCENT') return `${localNumber(serial * 100, locale)}%`;
  return type === 'NUMBER' ? localNumber(serial, locale) : patterned(serial, pattern);
}

function localNumber(value: number, locale: SheetLocale): string {
  const text = String(Number(value.toPrecision(15))).replace('e', 'E');
  return locale === 'fr_FR' ? text.replace('.', ',') : text;
}

function patterned(serial: number, pattern: string): string {
  const seconds = Math.round(serial * 86_400);
  const date = new Date((seconds - DAY_ZERO * 86_400) * 1000);
  if (Number.isNaN(date.getTime())) return String(serial);
  const pad = (value: number, token: string): string => String(value).padStart(token.replace(/[[\]]/g, '').length, '0');
  return pattern.replace(/\[h+\]|y+|M+|d+|H+|h+|m+|s+/g, (token) => {
    if (token.startsWith('[')) return pad(Math.floor(seconds / 3600), token);
    const part = { y: 'y', M: 'M', d: 'd', H: 'h', h: 'h', m: 'm', s: 's' }[token.charAt(0)];
    if (part === 'y') return pad(date.getUTCFullYear(), token);
    if (part === 'M') return pad(date.getUTCMonth() + 1, token);
    if (part === 'd') return pad(date.getUTCDate(), token);
    if (part === 'h') return pad(date.getUTCHours(), token);
    return pad(part === 'm' ? date.getUTCMinutes() : date.getUTCSeconds(), token);
  });
}

import type { Quantity } from './types.ts';

/** A field as the server wrote it, with the OID of its type. */
export interface Cell {
  readonly text: string | null;
  readonly type: number;
}

const BOOLEAN = 16;
const TEXT = 25;
const DOUBLE = 701;
const NUMERIC = 1700;
const JSON_TYPES = [114, 3802];
/** `bigint`, `smallint`, `integer`, `oid`, `numeric` */
const EXACT = [20, 21, 23, 26, NUMERIC];
const REAL = /^\s*[-+]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)([eE][-+]?\d+(_\d+)*)?\s*$/;
const WHOLE = /^\s*[-+]?\d+(_\d+)*\s*$/;

/**
 * The finite number that a field holds: integers and `numeric` as they stand, a boolean as 1 or 0, and anything else as a
 * double when its text is a number as Python writes one. `null` when it holds none.
 */
export function numberOf({ text, type }: Cell): Quantity | null {
  if (type === BOOLEAN) return Number(text === 't');
  if (text === null || !REAL.test(text)) return null;
  const double = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(double)) return null;
  return EXACT.includes(type) ? text : double;
}

/** What a field of `json` or `jsonb` holds, as Soda's driver unwraps it; any other stands as it is. */
export function fromJson(cell: Cell): Cell {
  if (!JSON_TYPES.includes(cell.type) || cell.text === null) return cell;
  const text = cell.text.trim();
  const value: unknown = JSON.parse(text);
  switch (typeof value) {
    case 'boolean':
      return { text: value ? 't' : 'f', type: BOOLEAN };
    case 'string':
      return { text: value, type: TEXT };
    case 'number':
      return { text, type: /^-?\d+$/.test(text) ? NUMERIC : DOUBLE };
    default:
      return value === null ? { text: null, type: TEXT } : cell;
  }
}

/** A number of rows that an author's query returns: its decimals are cut, unless it is a text, which has none. */
export function rowsOf(cell: Cell): number | null {
  const number = numberOf(cell);
  const isText = ![BOOLEAN, ...EXACT, 700, DOUBLE].includes(cell.type);
  return number === null || (isText && !WHOLE.test(cell.text ?? '')) ? null : Math.trunc(Number(number));
}

/**
 * The number that a text stands for, in digits, so that two texts of one number are equal. Both engines write a double in the
 * fewest digits that give it back, and anything else in all its digits: texts are equal when, and only when, the values are.
 */
export function digitsOf(text: string): string {
  const [whole, sign = '', integer = '', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const scale = Math.max(part.length - Number(exponent), 0);
  const digits = `${integer}${part}`.padEnd(integer.length + Number(exponent), '0').padStart(scale + 1, '0');
  const point = digits.length - scale;
  const number = `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/^0+(?=\d)/, '').replace(/\.?0*$/, '');
  return number === '0' ? number : sign + number;
}

import type { Cell } from './types.ts';

/**
 * A number as a format writes it, `#,##0.00 "€"`, `0.0 %`; no digit is lost for it, and what is no number stays as it is.
 * @param signed a difference: with a `+` in front of what is above 0, that of two percentages in points
 */
export function drawNumber(cell: Cell, format: string | null, signed = false): string {
  if (cell === null) return 'none';
  const [, sign = '', whole = '0', part = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(cell) ?? [];
  if (!/^[+-]?\d+(\.\d+)?$/.test(cell)) return cell;
  const [, pattern = '', unit = ''] = /^([#,0.]*)(.*)$/.exec(format ?? '') ?? [];
  const shift = unit.includes('%') ? 2 : 0;
  const digits = `${whole}${part.padEnd(shift, '0')}`;
  const point = whole.length + shift;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  // Without a format, a decimal keeps the places it has.
  const least = format === null ? part.length : (pattern.split('.')[1] ?? '').length;
  const after = digits.slice(point).replace(/0+$/, '').padEnd(least, '0');
  const isZero = !/[1-9]/.test(digits);
  const shown = sign === '-' ? '-' : signed && !isZero ? '+' : '';
  const number = format === null || pattern.includes(',') ? before.replace(/\B(?=(\d{3})+$)/g, ',') : before;
  return `${shown}${number}${after ? `.${after}` : ''}${signed && shift > 0 ? ' points' : unit.replaceAll('"', '')}`;
}

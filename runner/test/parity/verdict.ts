import type { CheckResult } from '../../contracts/types.ts';

/** What an engine says of a contract, in one line: `ERROR: NOT_EVALUATED, PASSED 0.5`. */
export function told(status: string, checks: readonly Pick<CheckResult, 'outcome' | 'value'>[]): string {
  const said = checks
    .map(({ outcome, value }) => (value === null ? outcome : `${outcome} ${exactly(value)}`))
    .join(', ');
  if (status !== 'ERROR') return said || status;
  return said ? `ERROR: ${said}` : 'ERROR';
}

/**
 * The number that a text stands for, in digits, so that two texts of one number are equal. Both engines write a double in the
 * fewest digits that give it back, and anything else in all its digits: texts are equal when, and only when, the values are.
 */
export function exactly(text: string): string {
  const [whole, sign = '', integer = '', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return `"${text}"`;
  const scale = Math.max(part.length - Number(exponent), 0);
  const digits = `${integer}${part}`.padEnd(integer.length + Number(exponent), '0').padStart(scale + 1, '0');
  const point = digits.length - scale;
  const number = `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/^0+(?=\d)/, '').replace(/\.?0*$/, '');
  return number === '0' ? number : sign + number;
}

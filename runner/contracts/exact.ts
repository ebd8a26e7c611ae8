import type { Quantity } from './types.ts';

/**
 * Compares two finite numbers by their exact values, so that the double nearest to 0.1 is not the decimal 0.1.
 * @returns a negative number, 0 or a positive number
 */
export function compareExactly(a: Quantity, b: Quantity): number {
  const left = fractionOf(a);
  const right = fractionOf(b);
  const scale = Math.max(left.scale, right.scale);
  const difference =
    left.digits * 10n ** BigInt(scale - left.scale) - right.digits * 10n ** BigInt(scale - right.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** digits / 10^scale */
interface Fraction {
  readonly digits: bigint;
  readonly scale: number;
}

function fractionOf(value: Quantity): Fraction {
  if (typeof value === 'number') return fractionOfDouble(value);
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(value) ?? [];
  const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
  const scale = part.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** A double is an integer over a power of two, and 1/2^k is 5^k/10^k. */
function fractionOfDouble(value: number): Fraction {
  let scaled = value;
  let twos = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    twos += 1;
  }
  return { digits: BigInt(scaled) * 5n ** BigInt(twos), scale: twos };
}

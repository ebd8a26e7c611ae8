import { hashOf } from '../util/hash.ts';

/** The identity of an object, as a UUID: the same for the same name, so that reports find it again after each generation. */
export function lineageTag(...path: readonly string[]): string {
  const hex = hashOf(path);
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

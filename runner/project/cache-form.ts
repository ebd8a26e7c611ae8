import { asciiJson } from '../util/ascii-json.ts';

/** How a value is kept: as a text in ASCII, on one line. */
export interface Form<T> {
  /** `undefined` of a value that would come back as another one: it is not kept. */
  write(value: T): string | undefined;
  read(text: string): T;
}

/** As JSON. */
export const WHOLE: Form<unknown> = { write: exactJson, read: (text) => JSON.parse(text) as unknown };

/**
 * As JSON of which a part is read at once, and the rest when it is asked for: of thousands of values most are only looked
 * at.
 * @param headOf the part that is read at once
 * @param join the value, of which `whole` gives what is not in the head; a getter each, so that it can be copied and
 * compared as any other
 */
export function inParts<T, Head>(headOf: (value: T) => Head, join: (head: Head, whole: () => T) => T): Form<T> {
  return {
    write(value) {
      const [head, whole] = [exactJson(headOf(value)), exactJson(value)];
      return head === undefined || whole === undefined ? undefined : `${head}\t${whole}`;
    },
    read(text) {
      const end = text.indexOf('\t');
      let whole: T | undefined;
      return join(JSON.parse(text.slice(0, end)) as Head, () => {
        whole ??= JSON.parse(text.slice(end + 1)) as T;
        return whole;
      });
    },
  };
}

/** @returns JSON in ASCII (it is read in half the time), or `undefined` of a value that would come back as another one */
export function exactJson(value: unknown): string | undefined {
  return isPlain(value) ? asciiJson(value) : undefined;
}

/** Whether a value comes back from JSON as exactly what it is. */
export function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null)
    return value === null || typeof value === 'string' || typeof value === 'boolean';
  // By number: every() passes over the holes of an array.
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) if (!isPlain(value[index])) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isPlain((value as Readonly<Record<string, unknown>>)[key])) return false;
  return true;
}

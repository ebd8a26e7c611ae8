import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../errors.ts';
import { lineOf, placeOf } from '../util/places.ts';

/** Faults with what is missing of their places: the line where their file says what is wrong, its text and a column. */
export function placeFaults(dir: string, faults: readonly Fault[]): readonly Fault[] {
  return faults.map((fault) => {
    const path = join(dir, fault.file ?? '');
    const whole = fault.file === undefined || (fault.line !== undefined && fault.column !== undefined);
    return whole || fault.source !== undefined || !existsSync(path)
      ? fault
      : placed(fault, readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  });
}

function placed(fault: Fault, text: string): Fault {
  const sought = fault.found ? [`'${fault.found}'`, `"${fault.found}"`, fault.found] : [];
  const { line } = fault;
  if (line === undefined) {
    const place = sought.map((word) => placeOf(text, word)).find((found) => found !== undefined);
    return { ...fault, ...(place ?? { line: 1, column: 1, source: lineOf(text, 1) }) };
  }
  const source = lineOf(text, line);
  const at = sought.map((word) => source.indexOf(word)).find((index) => index >= 0);
  return { ...fault, source, column: (at ?? source.search(/\S|$/)) + 1 };
}

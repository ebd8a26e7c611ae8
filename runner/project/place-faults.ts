import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../errors.ts';
import { lineOf, offsetAt, placeAt } from '../util/places.ts';

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

/** What was found is sought from the line on that is known; where it is not there, the line alone is the place. */
function placed(fault: Fault, text: string): Fault {
  const { line = 1, found } = fault;
  const start = offsetAt(text, line, 1);
  const offset = found ? wordAt(text.slice(start), found) : -1;
  const source = lineOf(text, line);
  const place = { line, column: source.search(/\S|$/) + 1, source };
  return { ...fault, ...(offset < 0 ? place : placeAt(text, start + offset)) };
}

/** Where a word stands, in quotes rather than without, and not as a part of another. */
function wordAt(text: string, word: string): number {
  const plain = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const edge = (char: string | undefined, look: string): string => (/\w/.test(char ?? '') ? look : '');
  const whole = `${edge(word[0], '(?<!\\w)')}${plain}${edge(word.at(-1), '(?!\\w)')}`;
  const quotes = text.search(new RegExp(`(['"])${plain}\\1`));
  return quotes >= 0 ? quotes : text.search(new RegExp(whole));
}

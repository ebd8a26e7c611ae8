import type { Fault } from '../errors.ts';
import { didYouMean } from '../util/suggest.ts';
import { isRecord } from '../util/yaml-map.ts';

/** What the functions of a template say when they refuse their arguments. */
export type Refusal = Omit<Fault, 'code' | 'file' | 'line' | 'column' | 'source' | 'through'> & {
  readonly code?: string;
};

/** Calls within calls; JavaScript's stack ends at 700 macros, and a regular expression there may end the process. */
export const DEEPEST = 500;
export const TOO_DEEP = `too deep: ${DEEPEST} calls within calls`;

/** Whether a value can't be printed into SQL. */
export function isOdd(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return value === undefined || value === null || typeof value === 'function' || isRecord(value);
}

/** Why not, and the next step. */
export function oddity(value: unknown, text: string, names: readonly string[]): readonly [string, string] {
  if (value === undefined || value === null)
    return [
      'has no value',
      didYouMean(text, names) ?? 'A text stands in quotes, a variable is set by {% set %}, an argument by the call.',
    ];
  if (typeof value === 'function') return ['is a function, which is not called', `Call it: {{ ${text}() }}`];
  if (typeof value === 'number')
    return [`is no number, but ${value}`, 'Look for a division by zero, or a text that is no number.'];
  return ['is a map, and no text', 'Print one of its values: {{ x.key }}.'];
}

const PYTHON: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'none' };

/** Of a name that has no value. */
export function notDefined(name: string, names: readonly string[]): Refusal {
  const meant = PYTHON[name];
  const near = meant ? `Write ${meant}.` : didYouMean(name, names);
  const hint = near ?? 'A text stands in quotes; a name is set by {% set %}.';
  return { message: `${name} is not defined`, found: name, hint };
}

/** An error of Nunjucks or JavaScript in words of a template. */
export function explained(
  message: string,
  written: string,
  names: readonly string[],
  filters: readonly string[],
): Refusal {
  const [, called, how] = /^Unable to call `(.+)`, which is (.*)$/.exec(message) ?? [];
  if (called !== undefined) {
    const found = called.startsWith('the return value') ? written : called.replace(/\["(\w+)"\]/g, '.$1');
    if (how === 'not a function')
      return { message: `${found} is no function`, found, hint: 'Take the parentheses out.' };
    const hint = found.includes('.')
      ? 'Its value has nothing of that name; a filter is written with a bar: {{ x | upper }}.'
      : (didYouMean(found, names) ?? 'Macros are the files of macros/.');
    return { message: `${found}() is not defined`, found, hint };
  }
  if (message === TOO_DEEP)
    return { message: `${written}: ${message}`, hint: 'A macro that calls itself needs an {% if %} that ends it.' };
  const [, kind, name] = /^(filter|test) not found: (.*)$/.exec(message) ?? [];
  if (kind === undefined || name === undefined)
    return { message: `${written}: ${message}`, hint: 'Look at the values that are given to it.' };
  const near = kind === 'filter' ? didYouMean(name, filters) : undefined;
  const hint = near ?? 'Days have month_start, add_months and add_days; all others are those of Nunjucks.';
  return { message: `there is no ${kind} named ${name}`, found: name, hint };
}

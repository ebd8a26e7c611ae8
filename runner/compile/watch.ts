import type { Fault } from '../errors.ts';
import { lineOf, offsetAt, placeAt } from '../util/places.ts';
import { didYouMean } from '../util/suggest.ts';
import { isRecord } from '../util/yaml-map.ts';
import type { Watch } from './template.ts';
import type { Place } from './trace.ts';

/** What the functions of a template say when they refuse their arguments. */
export type Refusal = Omit<Fault, 'code' | 'file' | 'line' | 'column' | 'source' | 'through'> & {
  readonly code?: string;
};

/** What went wrong in one rendering so far. */
export interface Watched {
  readonly faults: Fault[];
  /** Calls that are under way, the innermost last. */
  readonly under: Place[];
  /** Those of them that called a macro of the project. */
  readonly callers: Place[];
  /** Nothing that follows can be relied on. */
  ended: boolean;
}

export function newWatched(): Watched {
  return { faults: [], under: [], callers: [], ended: false };
}

/** Stands for a value that a fault was told of: it prints nothing, and what is done with it is no further fault. */
export const UNKNOWN: unknown = new Proxy(() => undefined, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => '' : UNKNOWN),
  apply: () => UNKNOWN,
});

export function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(isUnknown);
}

/** More calls within calls than anyone writes; far from where JavaScript's own stack ends. */
const DEEPEST = 150;
const TOO_DEEP = `${DEEPEST} calls deep: a macro calls itself without end`;

export interface Watcher extends Watch {
  /** Tells a fault of the call under way. @param key an argument by name that is at fault */
  refuse(refusal: Refusal, key?: string): unknown;
}

/**
 * Collects faults, and lets the rendering go on.
 * @param textOf the template of a file
 * @param names what a template may call or print, and filters, for hints
 */
export function createWatcher(
  watched: () => Watched,
  textOf: (file: string) => string,
  { names, filters }: { readonly names: readonly string[]; readonly filters: readonly string[] },
): Watcher {
  // Where a call starts is looked for when something is wrong with it, and not each time that it is run.
  const startOf = (call: Place): Place => callStart(textOf(call.file), call);
  const report = (place: Place, refusal: Refusal): unknown => {
    const { faults, callers } = watched();
    const calls = callers.map(startOf).toReversed();
    const through = calls.map(({ file, line, column }) => `called at ${file}:${line}:${column}`);
    faults.push({
      code: 'TEMPLATE_ERROR',
      ...refusal,
      ...place,
      source: lineOf(textOf(place.file), place.line),
      ...(through.length > 0 ? { through: [...new Set(through)].join(', ') } : {}),
    });
    return UNKNOWN;
  };
  return {
    call(file, line, column, run) {
      const { under } = watched();
      const call = { file, line, column };
      under.push(call);
      try {
        if (under.length <= DEEPEST) return run();
        throw new Error(TOO_DEEP);
      } catch (error) {
        if (watched().ended) throw error;
        const { message } = error as Error;
        watched().ended = message === TOO_DEEP;
        const place = startOf(call);
        report(place, explained(message, callText(textOf(file), place), names, filters));
        if (watched().ended) throw error;
        return UNKNOWN;
      } finally {
        under.pop();
      }
    },
    print(file, line, column, value) {
      if (value === UNKNOWN) return '';
      if (!isOdd(value)) return value;
      const { text, ...place } = printedAt(textOf(file), { file, line, column });
      const [says, hint] = oddity(value, text, names);
      report(place, { message: `{{ ${text} }} ${says}`, hint });
      return '';
    },
    judge(file, line, column, value) {
      if (value === UNKNOWN) return false;
      if (typeof value !== 'function') return value;
      const place = { file, line, column };
      const [name = ''] = /^\w*/.exec(textOf(file).slice(offsetAt(textOf(file), line, column))) ?? [];
      report(place, { message: `${name} is a function, which is always true`, hint: `Call it: ${name}()` });
      return false;
    },
    refuse(refusal, key) {
      const call = watched().under.at(-1);
      if (!call) return UNKNOWN;
      const place = startOf(call);
      const text = textOf(place.file);
      const found = refusal.found ?? callText(text, place);
      return report(key === undefined ? place : keyPlace(text, place, key), { ...refusal, found });
    },
  };
}

/** Whether a value can't be printed into SQL. */
function isOdd(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return value === undefined || value === null || typeof value === 'function' || isRecord(value);
}

/** Why not, and the next step. */
function oddity(value: unknown, text: string, names: readonly string[]): readonly [string, string] {
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

/** An error of Nunjucks or JavaScript in words of a template. */
function explained(message: string, written: string, names: readonly string[], filters: readonly string[]): Refusal {
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

/** The expression of a `{{ … }}`, and where it starts. */
function printedAt(text: string, { file, line, column }: Place): Place & { readonly text: string } {
  const start = offsetAt(text, line, column);
  const [, open = '', content = ''] = /^(\{\{-?\s*)([\s\S]*?)\s*-?\}\}/.exec(text.slice(start)) ?? [];
  return { file, ...pointAt(text, start + open.length), text: content.replace(/\s+/g, ' ') };
}

function pointAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const { line, column } = placeAt(text, offset);
  return { line, column };
}

/** Nunjucks points at the parenthesis of a call: where its name starts. */
function callStart(text: string, { file, line, column }: Place): Place {
  const before = lineOf(text, line).slice(0, column - 1);
  const [name = ''] = /[\w.]+\s*$/.exec(before) ?? [];
  return { file, line, column: lineOf(text, line)[column - 1] === '(' ? column - name.length : column };
}

/** `ref(x)` as it is written; cut short when it is long. */
function callText(text: string, { line, column }: Place): string {
  const written = /^[\w.]*\s*(\((?:[^()]|\([^()]*\))*\))?/.exec(text.slice(offsetAt(text, line, column)))?.[0] ?? '';
  return written.length > 80 ? `${written.slice(0, 77)}…` : written;
}

/** Where a key stands in the arguments of a call. */
function keyPlace(text: string, { file, line, column }: Place, key: string): Place {
  const start = offsetAt(text, line, column);
  const at = text.slice(start).search(new RegExp(`(?<![\\w'"])['"]?${key}['"]?\\s*[=:]`));
  return at < 0 ? { file, line, column } : { file, ...pointAt(text, start + at) };
}

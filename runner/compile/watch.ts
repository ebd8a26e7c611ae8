import type { Fault } from '../errors.ts';
import { lineOf } from '../util/places.ts';
import { callStart, callText, isWritten, keyPlace, printedAt } from './call-places.ts';
import type { Watch } from './template.ts';
import type { Place } from './trace.ts';
import { DEEPEST, explained, isOdd, notDefined, oddity, type Refusal, TOO_DEEP } from './watch-words.ts';

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

/** By these a template would reach JavaScript itself, and with it the process and its environment. */
const HIDDEN: ReadonlySet<string> = new Set(['constructor', 'prototype', '__proto__']);

/** Stands for a value that a fault was told of: it prints nothing, and what is done with it is no further fault. */
export const UNKNOWN: unknown = new Proxy(() => undefined, {
  get: (_target, key) =>
    // As a number 1: nothing that it divides or that divides it is infinite.
    key === Symbol.toPrimitive ? (wanted: string) => (wanted === 'number' ? 1 : '') : UNKNOWN,
  apply: () => UNKNOWN,
});

export function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(isUnknown);
}

export interface Watcher extends Watch {
  /** Tells a fault of the call under way. @param key an argument by name that is at fault */
  refuse(refusal: Refusal, key?: string): unknown;
}

interface Names {
  readonly names: readonly string[];
  readonly filters: readonly string[];
  readonly nameOf: (value: unknown) => string | undefined;
}

/**
 * Collects faults, and lets the rendering go on.
 * @param textOf the template of a file
 * @param names what a template may call or print, and filters, for hints
 * @param nameOf the name by which every template has a function
 */
export function createWatcher(
  watched: () => Watched,
  textOf: (file: string) => string,
  { names, filters, nameOf }: Names,
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
        const place = startOf(call);
        report(place, explained(message, callText(textOf(file), place), names, filters));
        // Each call would go as deep again: the first is told, and the rendering ends.
        watched().ended = message === TOO_DEEP;
        if (watched().ended) throw error;
        return UNKNOWN;
      } finally {
        under.pop();
      }
    },
    name(file, line, column, name, value) {
      if (value !== undefined) return value;
      return report({ file, line, column }, notDefined(name, names));
    },
    list: (file, line, column) =>
      report(
        { file, line, column },
        {
          message: 'a list stands in brackets',
          hint: 'Within parentheses only the last item would count.',
          expected: "['a', 'b']",
          found: "('a', 'b')",
        },
      ),
    member(file, line, column, lookUp, target, key) {
      if (isUnknown([target, key])) return UNKNOWN;
      if (!HIDDEN.has(String(key))) return lookUp(target, key);
      return report(
        { file, line, column },
        { message: `a template can't read .${key}`, hint: 'It is of JavaScript, not of a value.' },
      );
    },
    apply: (run, context, ...args) => (isUnknown(args) ? UNKNOWN : run.apply(context, args)),
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
      const name = typeof value === 'function' ? nameOf(value) : undefined;
      const place = { file, line, column };
      // An argument may hold a function, or `caller`, and whether it does is a question.
      if (name === undefined || !isWritten(name, textOf(file), place)) return value;
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

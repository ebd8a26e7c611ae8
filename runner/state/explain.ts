import { canonicalJson } from '../util/hash.ts';
import { shortDiff } from '../util/line-diff.ts';
import { sqlLines } from '../util/sql-lines.ts';
import type { Reasons } from './changes.ts';
import { explainSeed } from './explain-seed.ts';
import type { Details } from './types.ts';

/** One thing that makes a node run, from what to what. */
export interface Explanation {
  /** A part of the fingerprint, or what stands behind the body: `macro`, `var`, `env`, `day`. */
  readonly part: string;
  /** What of that part: a key, a macro, a variable, a parent. */
  readonly name: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Lines that were removed (`-`) and added (`+`). */
  readonly diff: string | null;
}

/**
 * Each reason of a node with what it was and what it is.
 * @param relation what the node builds, for people
 * @param then what was kept when it was published; `null` when an older version of the runner published it
 * @param parentOf what is to be said of a parent that differs or may change
 */
export function explain(
  relation: string,
  reasons: Reasons,
  now: Details,
  then: Details | null,
  parentOf: (id: string) => readonly Explanation[],
): readonly Explanation[] {
  return reasons.flatMap(({ part, parent }): readonly Explanation[] => {
    if (parent !== undefined) return parentOf(parent);
    if (part === 'relation' || part === 'kind' || part === 'empty') return [said(part, { name: relation })];
    if (part === 'never built' || part === 'unanswered') return [said(part, {})];
    if (then === null) return [said(part, { before: 'not kept: an older version of the runner published it' })];
    if (part === 'body') return explainBody(now, then);
    if (part === 'seed' && now.seed && then.seed) return [explainSeed(now, then.seed, then)];
    return explainKeys(part, valueIn(now, part), valueIn(then, part));
  });
}

/** An explanation of which only some is known. */
export function said(part: string, fields: Partial<Explanation>): Explanation {
  return { part, name: null, before: null, after: null, diff: null, ...fields };
}

/** What is behind the text comes first, then the SQL that came of it. */
function explainBody(now: Details, then: Details): readonly Explanation[] {
  const reads = (key: 'macros' | 'vars' | 'env'): readonly Difference[] =>
    differencesOf(flatOnce(then.reads?.[key]), flatOnce(now.reads?.[key]));
  const [dayThen, dayNow] = [then.reads?.asOf ?? null, now.reads?.asOf ?? null];
  const sqlOf = (details: Details): readonly string[] => [
    ...sqlLines(details.sql ?? ''),
    ...(details.incrementalSql === undefined ? [] : ['(incremental)', ...sqlLines(details.incrementalSql)]),
  ];
  return [
    ...reads('macros').map(({ name, before, after }) => {
      const diff = shortDiff(linesOf(before), linesOf(after));
      return said('macro', { name, before, after, diff });
    }),
    ...reads('vars').map((difference) => said('var', difference)),
    ...reads('env').map((difference) => said('env', difference)),
    ...(dayThen === dayNow ? [] : [said('day', { before: dayThen, after: dayNow })]),
    said('body', { diff: shortDiff(sqlOf(then), sqlOf(now)) || null }),
  ];
}

/**
 * The ephemeral models in a node's SQL of which the text is another one.
 * @param names those that are looked at
 */
export function explainInlined(names: readonly string[], now: Details, then: Details | null): readonly Explanation[] {
  return names.flatMap((name) => {
    const [before, after] = [then?.inlined?.[name], now.inlined?.[name]];
    const diff = before === undefined || after === undefined ? '' : shortDiff(sqlLines(before), sqlLines(after));
    return diff === '' ? [] : [said('parent', { name, after: 'its SQL changed', diff })];
  });
}

function explainKeys(part: string, now: unknown, then: unknown): readonly Explanation[] {
  const isWhole = now === undefined || then === undefined;
  if (isWhole) {
    const state = (value: unknown): string => (value === undefined ? 'none' : 'there is one');
    return [said(part, { before: state(then), after: state(now) })];
  }
  const found = differencesOf(flat(then), flat(now));
  return found.length > 0 ? found.map((difference) => said(part, difference)) : [said(part, {})];
}

function valueIn(details: Details, part: string): unknown {
  return (details as Readonly<Record<string, unknown>>)[part];
}

interface Difference {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

function differencesOf(then: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly Difference[] {
  return [...new Set([...now.keys(), ...then.keys()])]
    .filter((name) => then.get(name) !== now.get(name))
    .map((name) => ({ name, before: then.get(name) ?? null, after: now.get(name) ?? null }));
}

function flatOnce(values: Readonly<Record<string, unknown>> | undefined): ReadonlyMap<string, string> {
  return new Map(Object.entries(values ?? {}).map(([name, value]) => [name, textOf(value)]));
}

/** A tree as its leaves by path; items of a list that say who they are by `path` or `name` are found by it. */
function flat(value: unknown, path = ''): ReadonlyMap<string, string> {
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object') return new Map([[path, textOf(value)]]);
  if (!Array.isArray(value))
    return new Map(Object.entries(value).flatMap(([key, item]) => [...flat(item, below(key))]));
  const names = value.map((item: unknown) => identityOf(item));
  if (value.length === 0) return new Map();
  if (names.some((name) => name === undefined)) return new Map([[path, textOf(value)]]);
  return new Map(value.flatMap((item: object, index) => [...flat(withoutIdentity(item), below(names[index] ?? ''))]));
}

function identityOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { path, name } = item as { readonly path?: unknown; readonly name?: unknown };
  return [path, name].find((text): text is string => typeof text === 'string');
}

/** What names an item is no leaf of it, unless it is all there is. */
function withoutIdentity(item: object): object {
  const { path, name, ...rest } = item as Readonly<Record<string, unknown>>;
  return typeof path === 'string' ? { ...rest, name } : Object.keys(rest).length === 0 ? { name } : rest;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

function linesOf(text: string | null): readonly string[] {
  return text === null ? [] : text.split('\n').filter((line) => line.trim() !== '');
}

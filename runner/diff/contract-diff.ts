import type { Check, ColumnSpec, Contract } from '../contracts/types.ts';
import { describeThreshold } from '../contracts/verdict.ts';
import { canonicalJson } from '../util/hash.ts';
import { shortDiff } from '../util/line-diff.ts';
import { withoutPlaces } from '../util/places.ts';
import type { ContractDiff } from './types.ts';

/** How two contracts of a node differ, in words; `null` when they say the same. */
export function contractDiff(base: Contract | undefined, head: Contract | undefined): ContractDiff | null {
  if (base?.hash === head?.hash) return null;
  return {
    columns: columnWords(base?.columns ?? [], head?.columns ?? []),
    checks: checkWords(base?.checks ?? [], head?.checks ?? []),
    fewer: fewer(base?.checks ?? [], head?.checks ?? []),
    others: [
      ...(base && head ? [] : [head ? '+ contract' : '- contract']),
      ...OTHERS.flatMap((key) => changed(key, base?.[key] ?? null, head?.[key] ?? null)),
    ],
  };
}

/** What is declassified is told with all else that is personal. */
const OTHERS = ['description', 'grain', 'owner', 'filter', 'tags'] as const;

function columnWords(base: readonly ColumnSpec[], head: readonly ColumnSpec[]): readonly string[] {
  const names = (columns: readonly ColumnSpec[]): readonly string[] => columns.map(({ name }) => name);
  const common = names(head).filter((name) => names(base).includes(name));
  const isMoved =
    common.join() !==
    names(base)
      .filter((name) => common.includes(name))
      .join();
  return [
    ...base.filter(({ name }) => !common.includes(name)).map((column) => `- column ${column.name}${typed(column)}`),
    ...head.flatMap((column) => {
      const former = base.find(({ name }) => name === column.name);
      if (!former) return [`+ column ${column.name}${typed(column)}`];
      return keysOf(former, column).flatMap((key) =>
        changed(`column ${column.name}, ${WORDS[key] ?? key}`, fieldOf(former, key), fieldOf(column, key)),
      );
    }),
    ...(isMoved ? ['! the order of columns'] : []),
  ];
}

const WORDS: Readonly<Record<string, string>> = { dataType: 'type' };

function typed({ dataType, personal }: ColumnSpec): string {
  return `${dataType ? ` ${dataType}` : ''}${personal ? ` (personal: ${personal})` : ''}`;
}

/** How many checks of the base ask no more what they asked. */
function fewer(base: readonly Check[], head: readonly Check[]): ContractDiff['fewer'] {
  const found = base.map((check) => [check, head.find(({ path }) => path === check.path)] as const);
  return {
    removed: found.filter(([, now]) => !now).length,
    changed: found.filter(([then, now]) => now && isOtherCheck(then, now)).length,
  };
}

/** Whether two checks differ in more than their names and what else is named. */
export function isOtherCheck(base: Check, head: Check, beside: readonly string[] = []): boolean {
  return keysOf(base, head).some((key) => !['name', 'attributes', ...beside].includes(key));
}

const SQL_KEYS = ['filter', 'columnExpression', 'expression', 'query', 'rowsTestedQuery'] as const;

/** SQL of the author's, by its key. */
export function sqlOf(check: Check): readonly (readonly [key: string, sql: string])[] {
  return SQL_KEYS.flatMap((key) => {
    const sql = fieldOf(check, key);
    return typeof sql === 'string' ? [[key, sql] as const] : [];
  });
}

/** What a check asks, to be read where it is new or gone. */
function asked(check: Check, sign: string): string {
  const lines = sqlOf(check).flatMap(([key, sql]) => [`${key}:`, ...sql.trimEnd().split('\n')]);
  return lines.map((line) => `\n${sign}   ${line}`).join('');
}

function checkWords(base: readonly Check[], head: readonly Check[]): readonly string[] {
  const gone = base.filter(({ path }) => !head.some((check) => check.path === path));
  return [
    ...gone.map((check) => `- ${titleOf(check)}: ${describeThreshold(check)}${asked(check, '-')}`),
    ...head.flatMap((check) => {
      const former = base.find(({ path }) => path === check.path);
      if (!former) return [`+ ${titleOf(check)}: ${describeThreshold(check)}${asked(check, '+')}`];
      const [then, now] = [describeThreshold(former), describeThreshold(check)];
      return [
        ...(then === now ? [] : [`! ${titleOf(check)}: ${then} → ${now}`]),
        ...keysOf(former, check)
          .filter((key) => !THRESHOLDS.includes(key))
          .flatMap((key) => changed(`${titleOf(check)}, ${key}`, fieldOf(former, key), fieldOf(check, key))),
      ];
    }),
  ];
}

/** What {@link describeThreshold} tells. */
const THRESHOLDS = ['threshold', 'allowExtraColumns', 'allowOtherColumnOrder'];

function titleOf({ column, name }: Check): string {
  return `check "${name}"${column ? ` of column ${column}` : ''}`;
}

function keysOf(base: object, head: object): readonly string[] {
  return [...new Set([...Object.keys(base), ...Object.keys(head)])].filter(
    (key) =>
      key !== 'line' &&
      canonicalJson(withoutPlaces(fieldOf(base, key))) !== canonicalJson(withoutPlaces(fieldOf(head, key))),
  );
}

function fieldOf(value: object, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key] ?? null;
}

/** A short value from what to what; of a long one the lines that differ. */
function changed(what: string, base: unknown, head: unknown): readonly string[] {
  const [then, now] = [textOf(base), textOf(head)];
  if (then === now) return [];
  if (!/\n/.test(`${then}${now}`)) return [`! ${what}: ${then} → ${now}`];
  return [`! ${what}:\n${shortDiff(then.split('\n'), now.split('\n'))}`];
}

function textOf(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
  return typeof value === 'string' ? value.trimEnd() : canonicalJson(value);
}

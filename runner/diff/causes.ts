import { cut } from '../util/cut.ts';
import { fewOf, plural } from '../util/plural.ts';
import { drawNumber } from './numbers.ts';
import type { DiffReport, NodeDiff } from './types.ts';

/** What was changed by hand, in sentences, by what it may do: rules and parameters, models, contracts that ask less, SQL, the rest. */
export function causesOf({ nodes, terms }: Pick<DiffReport, 'nodes' | 'terms'>): readonly string[] {
  const own = nodes.filter(({ kind }) => kind !== 'impacted');
  const changed = own.filter(({ kind }) => kind === 'changed');
  const seeds = own.flatMap(({ name, seed }) => [
    ...(seed?.changed ?? []).map(({ key, column, before, after }) => {
      const at = key.findIndex((cell) => cell !== null && `${name}.${cell}` in terms);
      const format = terms[`${name}.${key[at]}`]?.format ?? null;
      const what = at < 0 ? `${name} ${key.join(', ')}: ${column}` : `${key[at]}`;
      const rest = key.filter((_, index) => index !== at).join(', ');
      return `${what} ${drawNumber(before, format)} → ${drawNumber(after, format)}${at < 0 ? '' : ` (${name}${rest && `: ${rest}`})`}`;
    }),
    ...(seed && seed.added.length > 0
      ? [`${name}: ${plural(seed.added.length, 'line')} more: ${fewOf(seed.added.map((line) => cut(line, SHORT)))}`]
      : []),
    ...(seed && seed.removed.length > 0
      ? [`${name}: ${plural(seed.removed.length, 'line')} less: ${fewOf(seed.removed.map((line) => cut(line, SHORT)))}`]
      : []),
  ]);
  const [macros, settings] = [
    reasons(own, /^macro /),
    reasons(own, /^(?!macro |hooks |config (grants|pre_hook|post_hook)\b)/),
  ];
  return [
    ...seeds,
    ...settings,
    ...own.filter(({ kind }) => kind === 'added').map(({ name, type }) => `new ${type} ${name}`),
    ...own.filter(({ kind }) => kind === 'removed').map(({ name, type }) => `${type} ${name} is removed`),
    ...changed.flatMap(({ name, contract }) => linesOf(name, contract?.checks, /^[-!]/)),
    ...macros,
    ...changed.filter(isOwnSql).map(({ name }) => `the SQL of ${name}`),
    ...changed.flatMap(({ name, contract }) => [
      ...linesOf(name, contract?.checks, /^\+/),
      ...linesOf(name, contract?.columns, /^(?!! column .*, personal: )/),
      ...linesOf(name, contract?.others, /^/),
    ]),
  ];
}

/** Its file says something else, whatever macros say beside it; or nothing else is behind what it has become. */
function isOwnSql({ sql, own, reasons: found }: NodeDiff): boolean {
  return sql !== null && (own !== null || !found.some((reason) => /^(macro|var|env|day) /.test(reason)));
}

function reasons(nodes: readonly NodeDiff[], kind: RegExp): readonly string[] {
  const found = new Map<string, string[]>();
  for (const { name, reasons: own } of nodes)
    for (const reason of own.filter((one) => kind.test(one))) found.set(reason, [...(found.get(reason) ?? []), name]);
  return [...found].map(([reason, names]) => `${reason} (${fewOf(names)})`);
}

/** Characters of a line of a seed, and of what a check asks. */
const SHORT = 100;
const LONG = 300;

function linesOf(name: string, lines: readonly string[] = [], kind: RegExp): readonly string[] {
  return lines
    .filter((line) => kind.test(line))
    .map((line) => {
      // Of a check that is new or gone all lines are so; else their signs tell what was and is.
      const text = line
        .slice(2)
        .replace(line.startsWith('!') ? /\s+/g : /\n[-+] {3}|\s+/g, ' ')
        .replace(/ +/g, ' ');
      return `contract of ${name}: ${SIGNS[line[0] ?? ''] ?? ''}${cut(text, LONG)}`;
    });
}

const SIGNS: Readonly<Record<string, string>> = { '+': 'new ', '-': 'without ' };

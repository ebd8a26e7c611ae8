import { cut } from '../util/cut.ts';
import { plural } from '../util/plural.ts';
import { drawNumber } from './numbers.ts';
import type { DiffReport, NodeDiff } from './types.ts';

/** What was changed by hand, in sentences: seeds, what stands behind SQL, models, contracts. */
export function causesOf({ nodes, terms }: DiffReport): readonly string[] {
  const own = nodes.filter(({ kind }) => kind !== 'impacted');
  const seeds = own.flatMap(({ name, seed }) => [
    ...(seed?.changed ?? []).map(({ key, column, before, after }) => {
      const at = key.findIndex((cell) => cell !== null && `${name}.${cell}` in terms);
      const format = terms[`${name}.${key[at]}`]?.format ?? null;
      const what = at < 0 ? `${name} ${key.join(', ')}: ${column}` : `${key[at]}`;
      const rest = key.filter((_, index) => index !== at).join(', ');
      return `${what} ${drawNumber(before, format)} → ${drawNumber(after, format)}${at < 0 ? '' : ` (${name}${rest && `: ${rest}`})`}`;
    }),
    ...(seed && seed.added.length > 0
      ? [`${name}: ${plural(seed.added.length, 'line')} more: ${few(seed.added)}`]
      : []),
    ...(seed && seed.removed.length > 0
      ? [`${name}: ${plural(seed.removed.length, 'line')} less: ${few(seed.removed)}`]
      : []),
  ]);
  const reasons = new Map<string, string[]>();
  for (const { name, reasons: found } of own)
    for (const reason of found) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  const isBehind = ({ reasons: found }: NodeDiff): boolean =>
    found.some((reason) => /^(macro|var|env|day) /.test(reason));
  return [
    ...seeds,
    ...[...reasons].map(([reason, names]) => `${reason} (${few(names)})`),
    ...own.filter(({ kind }) => kind === 'added').map(({ name, type }) => `new ${type} ${name}`),
    ...own.filter(({ kind }) => kind === 'removed').map(({ name, type }) => `${type} ${name} is removed`),
    ...own
      .filter((node) => node.kind === 'changed' && node.sql !== null && !isBehind(node))
      .map(({ name }) => `the SQL of ${name}`),
    ...own
      .filter(({ kind }) => kind === 'changed')
      .flatMap(({ name, contract }) =>
        [...(contract?.checks ?? []), ...(contract?.columns ?? []), ...(contract?.others ?? [])].map(
          (line) => `contract of ${name}: ${SIGNS[line[0] ?? ''] ?? ''}${line.slice(2).split('\n')[0]}`,
        ),
      ),
  ];
}

const SIGNS: Readonly<Record<string, string>> = { '+': 'new ', '-': 'without ' };

/** Names told before "and n more". */
const FEW = 3;
/** Characters of one: it may be a line of a seed. */
const LONG = 100;

function few(names: readonly string[]): string {
  const more = names.length - FEW;
  return `${names
    .slice(0, FEW)
    .map((name) => cut(name, LONG))
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

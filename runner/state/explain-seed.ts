import { diffLines } from '../util/line-diff.ts';
import { plural } from '../util/plural.ts';
import { masked } from './details.ts';
import type { Explanation } from './explain.ts';
import type { Details, SeedDetails } from './types.ts';

/** Rows shown of those that were removed, and of those that were added. */
const SHOWN = 3;

/** The rows that a seed lost and gained: how many, and a few of them; values that are personal in either contract are hidden. */
export function explainSeed(now: Details, seedThen: SeedDetails, then: Details): Explanation {
  const seedNow = now.seed ?? { header: [], count: 0, rows: null };
  const personal = new Set([...personalColumns(now.contract), ...personalColumns(then.contract)]);
  const explanation = {
    part: 'seed',
    name: null,
    before: plural(seedThen.count, 'row'),
    after: plural(seedNow.count, 'row'),
    diff: null,
  };
  if (!seedThen.rows || !seedNow.rows) return { ...explanation, diff: '(too large to be compared row by row)' };
  const lines = (seed: SeedDetails): readonly string[] =>
    masked(seed.header, seed.rows ?? [], personal).map((row) => row.map(csvCell).join(','));
  const [former, current] = [lines(seedThen), lines(seedNow)];
  const removed = without(former, current);
  const added = without(current, former);
  const header = diffLines([seedThen.header.join(',')], [seedNow.header.join(',')]).filter(({ sign }) => sign !== ' ');
  const diff = [
    ...header.map(({ sign, text }) => `${sign} ${text}`),
    ...few('-', removed, 'removed'),
    ...few('+', added, 'added'),
  ];
  const silent = personal.size > 0 ? '(values that are personal, or the order of rows)' : '(the order of rows)';
  return { ...explanation, diff: diff.length > 0 ? diff.join('\n') : silent };
}

function personalColumns(contract: unknown): readonly string[] {
  const { columns = [] } = (contract ?? {}) as {
    readonly columns?: readonly { readonly name: string; readonly personal: unknown }[];
  };
  return columns.filter(({ personal }) => personal !== null).map(({ name }) => name);
}

/** The lines that the others lack, each as often as it lacks. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}

function few(sign: string, lines: readonly string[], what: string): readonly string[] {
  const more = lines.length - SHOWN;
  return [
    ...lines.slice(0, SHOWN).map((line) => `${sign} ${line}`),
    ...(more > 0 ? [`  … and ${more} more ${what}`] : []),
  ];
}

function csvCell(cell: string | null): string {
  return cell !== null && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : (cell ?? '');
}

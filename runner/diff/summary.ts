import type { Fault } from '../errors.ts';
import { plural } from '../util/plural.ts';
import { drawNumber } from './numbers.ts';
import { hasOtherRows, hasOtherVerdict, stemOf } from './outcome.ts';
import type { DiffReport, FigureDiff, NodeDiff, OutcomeDiff } from './types.ts';

/** What who decides reads first; plain texts, no markup. */
export interface Summary {
  /** One sentence. */
  readonly verdict: string;
  readonly mood: 'bad' | 'moves' | 'still';
  /** What passed or was built on the base and is not on head, and what nobody can compare for it. */
  readonly broken: readonly string[];
  /** What fails on both sides, and what fails on the base alone. */
  readonly faulty: readonly string[];
  readonly mended: readonly string[];
  /** What was changed by hand. */
  readonly causes: readonly string[];
  /** The figures that the project names, and move. */
  readonly figures: readonly ShownFigure[];
  /** Other figures that move. */
  readonly more: number;
  readonly outcomes: readonly ShownOutcome[];
  readonly untouched: readonly string[];
}

export interface ShownFigure {
  readonly name: string;
  readonly label: string | null;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
}

export interface ShownOutcome {
  readonly title: string;
  readonly text: string;
  readonly motives: readonly string[];
}

export function summaryOf(report: DiffReport): Summary {
  const { nodes, outputs, figures } = report;
  const named = figures.filter(({ model, column, row }) => row === '' && outputs.some(isOf({ model, column })));
  const failures = failuresOf(nodes);
  const causes = causesOf(report);
  const shown = named.map((figure) => showFigure(report, figure));
  const outcomes = report.outcomes.map(showOutcome);
  const base = { ...failures, causes, figures: shown, more: figures.length - named.length, outcomes };
  return { ...base, ...verdictOf(report, base), untouched: untouchedOf(report, named) };
}

function isOf(place: { readonly model: string; readonly column: string }) {
  return ({ model, column }: { readonly model: string; readonly column: string }): boolean =>
    model === place.model && column === place.column;
}

function failuresOf(nodes: readonly NodeDiff[]): Pick<Summary, 'broken' | 'faulty' | 'mended'> {
  const [broken, faulty, mended] = [[] as string[], [] as string[], [] as string[]];
  for (const { name, audit } of nodes) {
    const [before, after] = [audit.base?.failed ?? [], audit.head?.failed ?? []];
    const isIn = (list: readonly Fault[], fault: Fault): boolean => list.some((one) => stemOf(one) === stemOf(fault));
    for (const fault of after) (isIn(before, fault) ? faulty : broken).push(sayFault(name, fault));
    if (audit.head) mended.push(...before.filter((fault) => !isIn(after, fault)).map((fault) => sayFault(name, fault)));
    const isLost = audit.head !== null && audit.head.status !== 'built' && after.length === 0;
    if (isLost)
      (audit.base?.status === audit.head?.status ? faulty : broken).push(
        `${name} is not built: ${WHY[audit.head?.status ?? 'error']}`,
      );
  }
  return { broken, faulty, mended };
}

const WHY = {
  built: '',
  error: 'see above',
  upstream_failed: 'what it reads is not built',
  cancelled: 'the command was told to end',
  skipped: 'the command had ended',
};

function sayFault(name: string, { code, message, file, line, expected, found }: Fault): string {
  const place = file === undefined ? '' : ` (${line === undefined ? file : `${file}:${line}`})`;
  const measured = expected === undefined ? '' : `; ${expected}${found === undefined ? '' : `, is ${found}`}`;
  const said = message.startsWith(name) ? message : `${name}: ${message}`;
  return `${said}${measured}${place}${code.startsWith('CHECK_') || code.startsWith('UNIT_') ? '' : ` ${code}`}`;
}

function causesOf({ nodes, terms }: DiffReport): readonly string[] {
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

function few(names: readonly string[]): string {
  const more = names.length - FEW;
  return `${names.slice(0, FEW).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export function showFigure({ terms }: Pick<DiffReport, 'terms'>, figure: FigureDiff): ShownFigure {
  const { model, column, row, before, after, difference, hidden } = figure;
  const { label = null, format = null } = terms[`${model}.${column}`] ?? {};
  return {
    name: row === '' ? column : `${column}, ${row}`,
    label,
    before: drawNumber(before, format),
    after: hidden === null ? drawNumber(after, format) : `not told: ${hidden}`,
    difference: hidden !== null || difference === null ? '' : drawNumber(difference, format, true),
  };
}

function showOutcome({ title, before, after, gained, lost, motives }: OutcomeDiff): ShownOutcome {
  return {
    title,
    text:
      gained + lost === 0
        ? `${before}, nobody gains or loses it`
        : `${before} → ${after}: gained by ${gained}, lost by ${lost}`,
    motives: motives.map(({ kind, before: then, after: now, rows }) => {
      if (kind === 'gained') return `gained by ${rows}${then === null ? '' : `, until now: ${then}`}`;
      if (kind === 'lost') return `lost by ${rows}${now === null ? '' : `: ${now}`}`;
      return `another motive for ${rows}: ${then ?? 'none'} → ${now ?? 'none'}`;
    }),
  };
}

function verdictOf(
  report: DiffReport,
  { broken, causes, figures, more, outcomes }: Pick<Summary, 'broken' | 'causes' | 'figures' | 'more' | 'outcomes'>,
): Pick<Summary, 'verdict' | 'mood'> {
  if (report.nodes.length === 0) return { mood: 'still', verdict: 'No seed, model or contract differs.' };
  const cause =
    causes.length === 0 ? '' : causes.length > 1 ? `${causes[0]} and ${causes.length - 1} more changes` : causes[0];
  const moved = figures.map(({ name, difference, after }) => `${name} ${difference || `is ${after}`}`);
  const gains = outcomes.map(({ title, text }) => `${title}: ${text}`);
  const rows = report.nodes.filter(hasOtherRows).length;
  const isStill = moved.length + more + rows === 0 && !report.nodes.some(hasOtherVerdict);
  const told = [
    ...moved,
    ...(moved.length > 0 ? [] : [more > 0 ? `${plural(more, 'figure')} other than the first ones` : 'no figure moves']),
    ...gains,
    ...(moved.length + more > 0 || rows === 0 ? [] : [`other rows in ${plural(rows, 'node')}`]),
  ];
  const effect = isStill ? 'no figure, no row and no result of a contract moves' : told.join('; ');
  if (broken.length > 0)
    return {
      mood: 'bad',
      verdict: `${plural(broken.length, 'failure')} that the base does not have. ${cause}: ${effect}.`,
    };
  return { mood: isStill ? 'still' : 'moves', verdict: `${cause}: ${effect}.` };
}

function untouchedOf({ nodes, total, outputs, compared }: DiffReport, named: readonly FigureDiff[]): readonly string[] {
  // A figure that is affected and was not compared may have moved.
  const isKnown = (model: string): boolean => compared.includes(model) || !nodes.some(({ name }) => name === model);
  const still = outputs.filter((output) => isKnown(output.model) && !named.some(isOf(output))).map(({ name }) => name);
  const touched = nodes.filter(({ type, kind }) => type !== 'source' && kind !== 'removed').length;
  return [
    ...(still.length > 0 ? [`Figures that stay as they are: ${still.join(', ')}.`] : []),
    `${total - touched} of ${plural(total, 'node')} are neither changed nor read what is.`,
  ];
}

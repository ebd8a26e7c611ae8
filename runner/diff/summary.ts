import { fewOf, plural } from '../util/plural.ts';
import { type Alarms, alarmsOf } from './alarms.ts';
import { causesOf } from './causes.ts';
import { type Failures, failuresOf } from './failures.ts';
import { drawNumber } from './numbers.ts';
import { hasOtherRows, isDifferent } from './outcome.ts';
import type { DiffReport, FigureDiff, NodeDiff, OutcomeDiff } from './types.ts';

/** What who decides reads first; plain texts, no markup. */
export interface Summary extends Failures, Alarms {
  /** One sentence. */
  readonly verdict: string;
  /** `partial`: nothing moves of what was selected, and the rest was not compared. */
  readonly mood: 'bad' | 'moves' | 'still' | 'partial';
  /** What was changed by hand. */
  readonly causes: readonly string[];
  /** The figures that the project names, and move. */
  readonly figures: readonly ShownFigure[];
  /** Other figures that move. */
  readonly more: number;
  readonly outcomes: readonly ShownOutcome[];
  readonly untouched: readonly string[];
  /** The figures that the project names, and of which nobody can tell, for they are not built. */
  readonly unbuilt: readonly string[];
  /** Sources without a row, in sentences. */
  readonly empty: readonly string[];
}

export interface ShownFigure {
  readonly name: string;
  readonly label: string | null;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
  /** Why `after` is not told. */
  readonly hidden: string | null;
}

export interface ShownOutcome {
  readonly title: string;
  readonly text: string;
  readonly motives: readonly string[];
}

export function summaryOf(report: DiffReport): Summary {
  const { nodes, outputs, figures, empty } = report;
  const named = figures.filter(({ model, column, row }) => row === '' && outputs.some(isOf({ model, column })));
  const failures = failuresOf(nodes);
  const causes = causesOf(report);
  const shown = named.map((figure) => {
    const { name } = outputs.find(isOf(figure)) ?? { name: figure.column };
    return { ...showFigure(report, figure), name };
  });
  const outcomes = report.outcomes.map(showOutcome);
  const unbuilt = outputs.filter(({ model }) => nodes.some((node) => node.name === model && isLost(node)));
  const told = {
    unbuilt: unbuilt.map(({ name }) => name),
    empty: empty.map((name) => `source ${name} has no rows: figures that read it mean nothing`),
  };
  const base = {
    ...failures,
    ...alarmsOf(report),
    ...told,
    causes,
    figures: shown,
    more: figures.length - named.length,
    outcomes,
  };
  return { ...base, ...verdictOf(report, base), untouched: untouchedOf(report) };
}

/** It is to be there on head, and is not. */
function isLost({ audit: { head } }: NodeDiff): boolean {
  return head !== null && head.status !== 'built';
}

function isOf(place: { readonly model: string; readonly column: string }) {
  return ({ model, column }: { readonly model: string; readonly column: string }): boolean =>
    model === place.model && column === place.column;
}

/** Figures of the verdict. */
const FEW = 3;

export function showFigure({ terms }: Pick<DiffReport, 'terms'>, figure: FigureDiff): ShownFigure {
  const { model, column, row, before, after, difference, hidden } = figure;
  const { label = null, format = null } = terms[`${model}.${column}`] ?? {};
  return {
    name: row === '' ? column : `${column}, ${row}`,
    label,
    before: drawNumber(before, format),
    after: hidden === null ? drawNumber(after, format) : 'not told',
    difference: hidden !== null || difference === null ? '' : drawNumber(difference, format, true),
    hidden,
  };
}

function showOutcome({ title, before, after, gained, lost, motives, unknown }: OutcomeDiff): ShownOutcome {
  return {
    title,
    text:
      unknown !== null
        ? `${before ?? 'unknown'} → ${after ?? 'unknown'}: who gains or loses it can not be told (${unknown})`
        : gained === 0 && lost === 0
          ? `${before}, nobody gains or loses it`
          : `${before} → ${after}: gained by ${gained}, lost by ${lost}`,
    motives: motives.map(({ kind, before: then, after: now, rows }) => {
      if (kind === 'gained') return `gained by ${rows}${then === null ? '' : `, until now: ${then}`}`;
      if (kind === 'lost') return `lost by ${rows}${now === null ? '' : `: ${now}`}`;
      return `another motive for ${rows}: ${then ?? 'none'} → ${now ?? 'none'}`;
    }),
  };
}

/** Sentences by what weighs most: what fails, what has no data, who may read what, checks that are gone; then what does what. */
function verdictOf(
  report: DiffReport,
  summary: Omit<Summary, 'verdict' | 'mood' | 'untouched'>,
): Pick<Summary, 'verdict' | 'mood'> {
  const { count, empty, causes } = summary;
  const { access, nodes, selection } = report;
  const left = selection?.left.length ?? 0;
  const beside = left > 0 ? [`${plural(left, 'other node')} may move: not selected.`] : [];
  const fewer = fewerChecks(nodes);
  const alarms = [
    ...(count > 0 ? [`${plural(count, 'failure')} that the base does not have.`] : []),
    ...(empty.length > 0 ? [`No data of ${report.empty.join(', ')}.`] : []),
    ...(access.length > 0
      ? [`Who may read what, or what is personal, changes: ${access[0]}${more(access.length - 1)}.`]
      : []),
    ...fewer,
  ];
  const isStill = !isDifferent({ ...report, access: [] });
  const isChange = !isStill || access.length + fewer.length > 0;
  const mood = count > 0 ? 'bad' : isChange ? 'moves' : left + empty.length > 0 ? 'partial' : 'still';
  if (nodes.length === 0) {
    const none = `No seed, model or contract${left > 0 ? ' that is selected' : ''} differs.`;
    return { mood, verdict: [...alarms, none, ...beside].join(' ') };
  }
  const effect = isStill ? 'no figure, no row and no result of a contract moves' : effectsOf(nodes, summary).join('; ');
  const cause = causes[0] === undefined ? '' : `${causes[0]}${more(causes.length - 1)}: `;
  return { mood, verdict: [...alarms, `${cause}${effect}.`, ...beside].join(' ') };
}

function more(count: number): string {
  return count > 0 ? ` and ${plural(count, 'more change')}` : '';
}

function effectsOf(
  nodes: readonly NodeDiff[],
  { figures, more: others, unbuilt, outcomes, columns, rows }: Omit<Summary, 'verdict' | 'mood' | 'untouched'>,
): readonly string[] {
  const moved = figures.map(({ name, difference, after }) => `${name} ${difference || `is ${after}`}`);
  const lost = unbuilt.map((name) => `${name}: not built`);
  const nothing = others > 0 ? `${plural(others, 'figure')} other than the first ones` : 'no figure moves';
  const count = nodes.filter(hasOtherRows).length;
  return [
    ...[...moved, ...lost].slice(0, FEW),
    ...(moved.length + lost.length > FEW ? [plural(moved.length + lost.length - FEW, 'more figure')] : []),
    ...(moved.length + lost.length > 0 ? [] : [nothing]),
    ...outcomes.map(({ title, text }) => `${title}: ${text}`),
    ...(columns.length > 0 ? [`gone or of another type: ${fewOf(columns)}`] : []),
    ...(rows.length > 0 ? [`rows: ${fewOf(rows)}`] : []),
    ...(moved.length + lost.length + others + rows.length + columns.length > 0 || count === 0
      ? []
      : [`other rows in ${plural(count, 'node')}`]),
  ];
}

function fewerChecks(nodes: readonly NodeDiff[]): readonly string[] {
  const sum = (key: 'removed' | 'changed'): number =>
    nodes.reduce((total, { contract }) => total + (contract?.fewer[key] ?? 0), 0);
  const [removed, changed] = [sum('removed'), sum('changed')];
  return removed + changed === 0
    ? []
    : [
        removed > 0
          ? `⚠ Fewer checks: ${removed} removed, ${changed} changed.`
          : `⚠ ${plural(changed, 'check')} changed.`,
      ];
}

function untouchedOf({ nodes, total, touched, selection, outputs, figures, compared }: DiffReport): readonly string[] {
  // A figure that is affected and was not compared may have moved.
  const affected = new Set([...nodes.map(({ name }) => name), ...(selection?.left ?? [])]);
  const still = outputs
    .filter((output) => (compared.includes(output.model) || !affected.has(output.model)) && !figures.some(isOf(output)))
    .map(({ name }) => name);
  return [
    ...(still.length > 0 ? [`Figures that stay as they are: ${still.join(', ')}.`] : []),
    `${total - touched} of ${plural(total, 'node')} are neither changed nor read what is.`,
  ];
}

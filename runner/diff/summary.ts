import { plural } from '../util/plural.ts';
import { causesOf } from './causes.ts';
import { type Failures, failuresOf } from './failures.ts';
import { drawNumber } from './numbers.ts';
import { hasOtherRows, hasOtherVerdict } from './outcome.ts';
import type { DiffReport, FigureDiff, OutcomeDiff } from './types.ts';

/** What who decides reads first; plain texts, no markup. */
export interface Summary extends Failures {
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
  const { nodes, outputs, figures } = report;
  const named = figures.filter(({ model, column, row }) => row === '' && outputs.some(isOf({ model, column })));
  const failures = failuresOf(nodes);
  const causes = causesOf(report);
  const shown = named.map((figure) => {
    const { name } = outputs.find(isOf(figure)) ?? { name: figure.column };
    return { ...showFigure(report, figure), name };
  });
  const outcomes = report.outcomes.map(showOutcome);
  const base = { ...failures, causes, figures: shown, more: figures.length - named.length, outcomes };
  return { ...base, ...verdictOf(report, base), untouched: untouchedOf(report) };
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

function verdictOf(
  report: DiffReport,
  { broken, causes, figures, more, outcomes }: Pick<Summary, 'broken' | 'causes' | 'figures' | 'more' | 'outcomes'>,
): Pick<Summary, 'verdict' | 'mood'> {
  const left = report.selection?.left.length ?? 0;
  const still = left > 0 ? 'partial' : 'still';
  const beside = left > 0 ? ` ${plural(left, 'other node')} may move: not selected.` : '';
  if (report.nodes.length === 0)
    return {
      mood: still,
      verdict: `No seed, model or contract${left > 0 ? ' that is selected' : ''} differs.${beside}`,
    };
  const cause = causes.length > 1 ? `${causes[0]} and ${plural(causes.length - 1, 'more change')}` : causes[0];
  const moved = figures.map(({ name, difference, after }) => `${name} ${difference || `is ${after}`}`);
  const gains = outcomes.map(({ title, text }) => `${title}: ${text}`);
  const rows = report.nodes.filter(hasOtherRows).length;
  const isStill = moved.length + more + rows === 0 && !report.nodes.some(hasOtherVerdict);
  const told = [
    ...moved.slice(0, FEW),
    ...(moved.length > FEW ? [plural(moved.length - FEW, 'more figure')] : []),
    ...(moved.length > 0 ? [] : [more > 0 ? `${plural(more, 'figure')} other than the first ones` : 'no figure moves']),
    ...gains,
    ...(moved.length + more > 0 || rows === 0 ? [] : [`other rows in ${plural(rows, 'node')}`]),
  ];
  const effect = isStill ? 'no figure, no row and no result of a contract moves' : told.join('; ');
  const said = `${cause === undefined ? effect : `${cause}: ${effect}`}.`;
  if (broken.length > 0)
    return {
      mood: 'bad',
      verdict: `${plural(broken.length, 'failure')} that the base does not have. ${said}${beside}`,
    };
  return { mood: isStill ? still : 'moves', verdict: `${said}${beside}` };
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

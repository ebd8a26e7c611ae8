import { cut } from '../util/cut.ts';
import { plural } from '../util/plural.ts';
import { fold } from './markdown-fold.ts';
import { sectionsOf } from './markdown-sections.ts';
import { code, plain, table } from './markdown-text.ts';
import { type Summary, summaryOf } from './summary.ts';
import { nameOf, selectionOf } from './text.ts';
import type { DiffReport } from './types.ts';

/** By this line a comment of a former state is found, to be replaced. */
export const MARKER = '<!-- runner diff -->';
/** Lines of one kind above the folds. */
const MOST = 15;
/** Characters of one of them. */
const LONG = 300;

/**
 * A report for a pull request: what to decide on first, what is behind it folded. At most 65,536 characters, as GitHub takes
 * them: of the folds those are left out that do not fit, and named.
 */
export function drawMarkdown(report: DiffReport): string {
  const summary = summaryOf(report);
  const { base, head, day, batches, nodes } = report;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const data =
    batches.length === 0 ? '' : `, both on ${plural(rows, 'row')} of ${plural(batches.length, 'landed batch')}`;
  const top = [
    MARKER,
    `### ${ICONS[summary.mood]} ${plain(cut(summary.verdict, 3 * LONG))}`,
    `${line(nameOf(base))} → ${line(nameOf(head))}, day ${day}${line(selectionOf(report))}${data}. Built aside: nothing that is published was touched.`,
    ...list('Fails now, and did not on the base', summary.broken, ICONS.bad),
    ...list('Data that is not there', summary.empty, ICONS.bad),
    ...list('Who may read what, and what is personal, changes', report.access, ICONS.warns),
    ...list('Gone or of another type, of what roles or analysts read', summary.columns, ICONS.bad),
    ...list('Fails on both sides', summary.faulty),
    ...list('Failed on the base, and does not any more', summary.mended),
    ...list('What was changed', summary.causes),
    ...effects(summary),
    ...(nodes.length === 0 ? [] : list('Not affected', summary.untouched)),
    ...list('Note', report.notes),
  ].join('\n\n');
  return fold(top, sectionsOf(report));
}

const ICONS = { bad: '❌', moves: '🔶', still: '✅', partial: '▫️', warns: '⚠️' };

function line(text: string): string {
  return plain(cut(text, LONG));
}

function list(title: string, lines: readonly string[], icon = ''): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - MOST;
  const shown = lines.slice(0, MOST).map((text) => `- ${line(text)}`);
  return [`**${icon && `${icon} `}${title}**`, [...shown, ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n')];
}

function effects({ figures, more, outcomes, mood, unbuilt, rows: counts }: Summary): readonly string[] {
  if ((mood === 'still' || mood === 'partial') && figures.length + outcomes.length === 0) return [];
  const known = figures.map(({ name, label, before, after, difference, hidden }) => [
    `${code(cut(name, LONG))}${label === null ? '' : `<br>${line(label)}`}`,
    line(before),
    line(hidden === null ? after : `${after}: ${hidden}`),
    difference === '' ? '' : `**${line(difference)}**`,
  ]);
  const rows = [...known, ...unbuilt.map((name) => [code(name), '', 'not built', ''])];
  const lines = outcomes.map(({ title, text, motives }) =>
    [`- **${line(title)}**: ${line(text)}`, ...motives.slice(0, MOST).map((motive) => `  - ${line(motive)}`)].join(
      '\n',
    ),
  );
  return [
    '**What moves**',
    ...(rows.length > 0 ? [table(['Figure', 'before', 'after', 'difference'], rows, [1, 2, 3])] : []),
    ...(lines.length > 0 ? [lines.join('\n')] : []),
    ...(counts.length > 0 ? [`Rows: ${counts.map(plain).join(', ')}.`] : []),
    ...(rows.length === 0
      ? [`None of the figures that the project names first${more > 0 ? `; ${plural(more, 'other')} below` : ''}.`]
      : []),
    ...(rows.length > 0 && more > 0 ? [`${plural(more, 'more figure')} below.`] : []),
  ];
}

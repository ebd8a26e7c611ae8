import { plural } from '../util/plural.ts';
import { summaryOf } from './summary.ts';
import type { DiffReport, Side } from './types.ts';

/** Lines of one kind that a summary shows. */
const MOST = 12;

/** The summary for a terminal; what is behind it is in the Markdown. */
export function drawDiff(report: DiffReport): string {
  const summary = summaryOf(report);
  const title = `${nameOf(report.base)} → ${nameOf(report.head)}, day ${report.day}${selectionOf(report)}`;
  const width = Math.max(...summary.figures.map(({ name }) => name.length), 0);
  const figures = summary.figures.map(({ name, before, after, difference }) =>
    `${name.padEnd(width)}  ${before} → ${after}  ${difference}`.trimEnd(),
  );
  const outcomes = summary.outcomes.flatMap(({ title: what, text, motives }) => [
    `${what}: ${text}`,
    ...motives.map((motive) => `  ${motive}`),
  ]);
  const blocks = [
    section('FAILS NOW, and did not on the base', summary.broken),
    section('NOT THERE', summary.empty),
    section('WHO MAY READ WHAT, AND WHAT IS PERSONAL, CHANGES', report.access),
    section('GONE OR OF ANOTHER TYPE, of what roles or analysts read', summary.columns),
    section('Fails on both sides', summary.faulty),
    section('Failed on the base, and does not any more', summary.mended),
    section('Changed', summary.causes),
    section('Moves', [
      ...figures,
      ...summary.unbuilt.map((name) => `${name}: not built`),
      ...(summary.more > 0 ? [`and ${plural(summary.more, 'other figure')}`] : []),
      ...outcomes,
      ...summary.rows.map((text) => `Rows: ${text}`),
    ]),
    section('Not affected', report.nodes.length === 0 ? [] : summary.untouched),
    section('Note', report.notes),
  ];
  const end = report.nodes.length === 0 ? [] : ['All of it: runner diff --output markdown'];
  return [title, summary.verdict, ...blocks.flat(), ...end].join('\n');
}

/** `main 1a2b3c4d5e`, `feature 5d6e7f8091 with uncommitted changes`. */
export function nameOf({ name, commit, dirty }: Side): string {
  return `${name} ${commit?.slice(0, 10) ?? ''}${dirty ? ' with uncommitted changes' : ''}`;
}

/** `, only --select x`. */
export function selectionOf({ selection }: DiffReport): string {
  return selection === null ? '' : `, only ${selection.words}`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - MOST;
  return [
    `${title}:`,
    ...lines.slice(0, MOST).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

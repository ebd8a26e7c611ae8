import { grouped, plural } from '../util/plural.ts';
import type { Section } from './markdown-fold.ts';
import { cell, examplesOf, nodesTable, resultsOf, shown } from './markdown-nodes.ts';
import { block, code, plain, table } from './markdown-text.ts';
import { drawGraph } from './mermaid.ts';
import { showFigure } from './summary.ts';
import type { DiffReport, FigureDiff, NodeDiff } from './types.ts';

/** Rows of one table. */
const MOST = 100;

/** What is folded, the most useful first: it is the last to be left out. */
export function sectionsOf(report: DiffReport): readonly Section[] {
  const { nodes } = report;
  return [
    figures(report),
    macros(report),
    pieces('What was changed in SQL', nodes, sqlOf),
    pieces('What was changed in contracts', nodes, ({ contract }) => {
      const lines = [...(contract?.others ?? []), ...(contract?.columns ?? []), ...(contract?.checks ?? [])];
      return lines.length > 0 ? block('diff', lines.join('\n')) : null;
    }),
    pieces('What was changed in seeds', nodes, seedOf),
    {
      title: `Models and seeds (${nodes.length})`,
      pieces: nodes.length === 0 ? [] : [{ name: 'the table of models', text: nodesTable(nodes) }],
    },
    pieces('Results of contracts and unit tests', nodes, resultsOf),
    pieces('Examples of rows', nodes, ({ rows }) => rows && examplesOf(rows)),
    graph(nodes),
  ].filter(({ pieces: list }) => list.length > 0);
}

/** What comes by a model's own file is told apart from what macros make of it. */
function sqlOf({ sql, own, reasons }: NodeDiff): string | null {
  if (sql === null) return null;
  const macros = reasons.flatMap((reason) => /^macro (\w+)/.exec(reason)?.[1] ?? []);
  if (macros.length === 0) return block('diff', sql);
  const by = `By ${plural(macros.length, 'macro')} (${macros.map(code).join(', ')})`;
  if (own === null) return `${by}; its own file says what it said:\n\n${block('diff', sql)}`;
  return `By its own file:\n\n${block('diff', own)}\n\n${by} and its own file together:\n\n${block('diff', sql)}`;
}

function pieces(title: string, nodes: readonly NodeDiff[], draw: (node: NodeDiff) => string | null): Section {
  const drawn = nodes.flatMap((node) => {
    const text = draw(node);
    const name = code(node.name);
    return text === null ? [] : [{ name: `${name} (${title.toLowerCase()})`, text: `${name}\n\n${text}` }];
  });
  return { title: `${title} (${drawn.length})`, pieces: drawn };
}

function figures(report: DiffReport): Section {
  const reasons = [...new Set(report.figures.flatMap(({ hidden }) => hidden ?? []))];
  const labelled = new Set<string>();
  const groups = new Map<string, readonly [FigureDiff, ...FigureDiff[]]>();
  for (const figure of report.figures) {
    const { model, column, before, after, difference, hidden } = figure;
    const same = JSON.stringify([model, column, before, after, difference, hidden]);
    const [first, ...others] = groups.get(same) ?? [];
    groups.set(same, first ? [first, ...others, figure] : [figure]);
  }
  const rows = [...groups.values()].map(([figure, ...others]) => {
    const { label, before, after, difference, hidden } = showFigure(report, figure);
    const name = `${figure.model}.${figure.column}`;
    const isFirst = !labelled.has(name);
    labelled.add(name);
    const note = hidden === null ? '' : ` (${reasons.indexOf(hidden) + 1})`;
    const first = `${code(name)}${label === null || !isFirst ? '' : `<br>${plain(label)}`}`;
    const of = others.length === 0 ? plain(figure.row) : `in ${plural(others.length + 1, 'row')}`;
    return [first, of, plain(before), `${plain(after)}${note}`, plain(difference)];
  });
  const header = ['Figure', 'of', 'before', 'after', 'difference'];
  const notes = reasons.map((reason, index) => `(${index + 1}) ${plain(reason)}`).join('<br>');
  const parts = Array.from({ length: Math.ceil(rows.length / MOST) }, (_, index) => ({
    name: 'figures',
    text: table(header, rows.slice(index * MOST, (index + 1) * MOST), [2, 3, 4]),
  }));
  return {
    title: `Figures that move (${report.figures.length})`,
    pieces: [...parts, ...(notes === '' ? [] : [{ name: 'why figures are not told', text: notes }])],
  };
}

function macros({ macros: changed }: DiffReport): Section {
  const drawn = changed.map(({ name, text }) => ({
    name: code(name),
    text: `${code(name)}\n\n${block('diff', text)}`,
  }));
  return { title: `What was changed in macros (${drawn.length})`, pieces: drawn };
}

function seedOf({ seed }: NodeDiff): string | null {
  if (seed === null) return null;
  const changed = seed.changed
    .slice(0, MOST)
    .map(({ key, column, before, after }) => [
      plain(key.map(shown).join(', ')),
      code(column),
      cell(before),
      cell(after),
    ]);
  const lines = [...seed.removed.map((line) => `- ${line}`), ...seed.added.map((line) => `+ ${line}`)];
  return [
    ...(changed.length > 0 ? [table([plain(seed.key.join(', ')), 'column', 'before', 'after'], changed)] : []),
    ...(lines.length > 0 ? [block('diff', lines.slice(0, MOST).join('\n'))] : []),
    ...(seed.changed.length > MOST || lines.length > MOST
      ? [`${grouped(seed.changed.length + lines.length)} in all; the first ${MOST} of each kind are shown.`]
      : []),
  ].join('\n\n');
}

function graph(nodes: readonly NodeDiff[]): Section {
  const drawn = drawGraph(nodes);
  if (drawn === null) return { title: '', pieces: [] };
  const text = 'words' in drawn ? drawn.words : `${block('mermaid', drawn.mermaid)}\n\n${LEGEND}`;
  return { title: 'Graph: what was changed, and what it reaches', pieces: [{ name: 'the graph', text }] };
}

const LEGEND =
  'Yellow: changed; green: new; dashed: removed; blue: impacted; red: fails. Dotted: over models that came out the same.';

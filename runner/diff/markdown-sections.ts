import type { Fault } from '../errors.ts';
import { grouped, plural } from '../util/plural.ts';
import type { Section } from './markdown-fold.ts';
import { block, code, plain, table } from './markdown-text.ts';
import { drawGraph } from './mermaid.ts';
import { isSame } from './outcome.ts';
import { showFigure } from './summary.ts';
import type { Audit, Cell, DiffReport, NodeDiff, RowsDiff } from './types.ts';

/** Rows of one table. */
const MOST = 100;

/** What is folded, the most useful first: it is the last to be left out. */
export function sectionsOf(report: DiffReport): readonly Section[] {
  const { nodes } = report;
  return [
    figures(report),
    macros(report),
    pieces('What was changed in SQL', nodes, ({ sql }) => sql && block('diff', sql)),
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

function pieces(title: string, nodes: readonly NodeDiff[], draw: (node: NodeDiff) => string | null): Section {
  const drawn = nodes.flatMap((node) => {
    const text = draw(node);
    const name = code(node.name);
    return text === null ? [] : [{ name: `${name} (${title.toLowerCase()})`, text: `${name}\n\n${text}` }];
  });
  return { title: `${title} (${drawn.length})`, pieces: drawn };
}

function figures(report: DiffReport): Section {
  const rows = report.figures.map((figure) => {
    const { label, before, after, difference } = showFigure(report, figure);
    const name = `${code(`${figure.model}.${figure.column}`)}${label === null ? '' : `<br>${plain(label)}`}`;
    return [name, plain(figure.row), plain(before), plain(after), plain(difference)];
  });
  const header = ['Figure', 'of', 'before', 'after', 'difference'];
  const parts = Array.from({ length: Math.ceil(rows.length / MOST) }, (_, index) => ({
    name: 'figures',
    text: table(header, rows.slice(index * MOST, (index + 1) * MOST), [2, 3, 4]),
  }));
  return { title: `Figures that move (${rows.length})`, pieces: parts };
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

function nodesTable(nodes: readonly NodeDiff[]): string {
  const same = nodes.filter(isSame);
  const rows = nodes
    .filter((node) => !isSame(node))
    .map(({ name, kind, parts, reasons, rows: found, audit }) => [
      code(name),
      `${kind}${parts.length > 0 ? `: ${plain(parts.join(', '))}` : ''}${reasons.length > 0 ? `<br>${reasons.map(plain).join('<br>')}` : ''}`,
      counted(found?.before ?? audit.base?.rows),
      counted(found?.after ?? audit.head?.rows),
      ...(found
        ? [grouped(found.added), grouped(found.removed), grouped(found.changed), plain(columnsOf(found))]
        : ['', '', '', '']),
    ]);
  const header = ['Node', 'why', 'rows before', 'after', 'added', 'removed', 'changed', 'columns'];
  const names = same.map(({ name }) => code(name)).join(', ');
  return [
    ...(rows.length > 0 ? [table(header, rows, [2, 3, 4, 5, 6])] : []),
    ...(same.length > 0
      ? [`${plural(same.length, 'node')} that read what was changed came out the same: ${names}.`]
      : []),
  ].join('\n\n');
}

function counted(rows: number | null | undefined): string {
  return rows === null || rows === undefined ? '' : grouped(rows);
}

function columnsOf({
  columnsAdded,
  columnsRemoved,
  columnsRetyped,
  changedColumns,
  unkeyed,
  method,
  added,
  removed,
}: RowsDiff): string {
  return [
    ...columnsAdded.map((name) => `+ ${name}`),
    ...columnsRemoved.map((name) => `- ${name}`),
    ...columnsRetyped.map(({ column, before, after }) => `${column}: ${before} → ${after}`),
    ...changedColumns.map(({ column, rows }) => `${column} (${grouped(rows)})`),
    ...(unkeyed !== null && added + removed > 0 ? [`rows as wholes: ${unkeyed}`] : []),
    ...(method === 'buckets' ? ['by buckets of hashes'] : []),
  ].join(', ');
}

function resultsOf({ audit: { base, head } }: NodeDiff): string | null {
  const lines = [...resultLines('base', base), ...resultLines('head', head)];
  return lines.length > 0 ? lines.join('\n') : null;
}

function resultLines(side: string, audit: Audit | null): readonly string[] {
  if (audit === null || (audit.status === 'built' && audit.failed.length + audit.warned.length === 0)) return [];
  const state = audit.status === 'built' ? '' : `${audit.status.replace('_', ' ')}, `;
  return [
    `- ${side}: ${state}${audit.passed} passed, ${audit.failed.length} failed, ${audit.warned.length} warned`,
    ...[...audit.failed, ...audit.warned].map((fault) => `  - ${drawFault(fault)}`),
  ];
}

function drawFault({ code: name, message, file, line, expected, found }: Fault): string {
  const place = [file, line].filter((part) => part !== undefined).join(':');
  const measured = [expected && `expected: ${expected}`, found && `found: ${found}`].filter(Boolean).join(', ');
  return `${code(name)} ${plain(message)}${measured ? ` (${plain(measured)})` : ''}${place ? ` ${code(place)}` : ''}`;
}

function examplesOf({ key, examples, added, removed, changed }: RowsDiff): string | null {
  if (examples.length === 0) return null;
  const rows = examples.map((example) => [
    example.kind,
    plain(example.key.map(shown).join(', ')),
    example.cells
      .map(({ column, before, after }) =>
        example.kind === 'changed'
          ? `${code(column)} ${cell(before)} → ${cell(after)}`
          : `${code(column)} ${cell(example.kind === 'added' ? after : before)}`,
      )
      .join('<br>'),
  ]);
  const counts = `${plural(added, 'row')} added, ${grouped(removed)} removed, ${grouped(changed)} changed`;
  return `${counts}; some of them:\n\n${table(['', plain(key.join(', ')) || 'row', 'values'], rows)}`;
}

function shown(value: Cell): string {
  return value ?? 'NULL';
}

/** Characters of a value. */
const LONG = 120;

function cell(value: Cell): string {
  if (value === null) return 'NULL';
  return plain(value.length > LONG ? `${value.slice(0, LONG)}…` : value) || '(empty)';
}

function graph(nodes: readonly NodeDiff[]): Section {
  if (nodes.length === 0) return { title: '', pieces: [] };
  const drawn = drawGraph(nodes);
  const text = 'words' in drawn ? drawn.words : `${block('mermaid', drawn.mermaid)}\n\n${LEGEND}`;
  return { title: 'Graph: what was changed, and what it reaches', pieces: [{ name: 'the graph', text }] };
}

const LEGEND =
  'Yellow: changed; green: new; dashed: removed; blue: impacted; red: fails. Dotted: over models that came out the same.';

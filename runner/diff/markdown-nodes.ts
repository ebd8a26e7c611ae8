import { cut } from '../util/cut.ts';
import { grouped, plural } from '../util/plural.ts';
import { sayFault } from './failures.ts';
import { code, plain, table } from './markdown-text.ts';
import { isSame } from './outcome.ts';
import type { Audit, Cell, NodeDiff, RowsDiff } from './types.ts';

/** Each node with why it is there and how its rows differ; what came out the same in one line. */
export function nodesTable(nodes: readonly NodeDiff[]): string {
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

/** What failed or warned, on both sides. */
export function resultsOf({ name, audit: { base, head } }: NodeDiff): string | null {
  const lines = [...resultLines(name, 'base', base), ...resultLines(name, 'head', head)];
  return lines.length > 0 ? lines.join('\n') : null;
}

function resultLines(name: string, side: string, audit: Audit | null): readonly string[] {
  if (audit === null || (audit.status === 'built' && audit.failed.length + audit.warned.length === 0)) return [];
  const state = audit.status === 'built' ? '' : `${audit.status.replace('_', ' ')}, `;
  return [
    `- ${side}: ${state}${audit.passed} passed, ${audit.failed.length} failed, ${audit.warned.length} warned`,
    ...[...audit.failed, ...audit.warned].map((fault) => `  - ${plain(sayFault(name, fault))}`),
  ];
}

export function examplesOf({ key, examples, added, removed, changed }: RowsDiff): string | null {
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

export function shown(value: Cell): string {
  return value ?? 'NULL';
}

/** Characters of a value. */
const LONG = 120;

export function cell(value: Cell): string {
  if (value === null) return 'NULL';
  return plain(cut(value, LONG)) || '(empty)';
}

import type { TextResult } from '../adapters/types.ts';
import type { RowExample } from '../diff/types.ts';
import { plural } from '../util/plural.ts';
import { answerOf } from './answer.ts';
import type { Compared } from './replay-compare.ts';

/** A line for each node, examples of what differs, why, and the verdict. */
export function drawReplay(compared: readonly Compared[], why: readonly string[]): string {
  const differing = compared.filter(({ result }) => result !== 'equal').length;
  const width = Math.max(...compared.map(({ node }) => node.name.length));
  const rows = compared.reduce((sum, one) => sum + (one.rows?.after ?? 0), 0);
  return [
    ...compared.flatMap((one) => [
      `  ${one.node.name.padEnd(width)}  ${said(one)}`,
      ...(one.rows?.examples ?? []).map(drawExample),
    ]),
    ...why.map((reason) => `  why: ${reason}`),
    differing === 0
      ? `Equal: ${plural(compared.length, 'table')}, ${plural(rows, 'row')}`
      : `Differs: ${differing} of ${plural(compared.length, 'table')}`,
  ].join('\n');
}

function said({ result, rows, message }: Compared): string {
  if (!rows) return `${result.replace('_', ' ')}: ${message ?? ''}`;
  if (result === 'equal') return `equal, ${plural(rows.after, 'row')}`;
  const { before, after, added, removed, changed, columnsAdded, columnsRemoved, changedColumns } = rows;
  return [
    `differs: ${plural(before, 'row')} kept, ${after} built again`,
    changed > 0
      ? `${changed} changed (${changedColumns.map(({ column, rows: count }) => `${column} ${count}`).join(', ')})`
      : '',
    removed > 0 ? `${removed} only kept` : '',
    added > 0 ? `${added} only built again` : '',
    columnsRemoved.length > 0 ? `columns only kept: ${columnsRemoved.join(', ')}` : '',
    columnsAdded.length > 0 ? `columns only built again: ${columnsAdded.join(', ')}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function drawExample({ kind, key, cells }: RowExample): string {
  const drawn = cells.map(({ column, before, after }) =>
    kind === 'changed'
      ? `${column} ${before ?? 'NULL'} → ${after ?? 'NULL'}`
      : `${column} ${(kind === 'added' ? after : before) ?? 'NULL'}`,
  );
  const label = { changed: '~', added: '+', removed: '-' }[kind];
  return `    ${label} ${[key.map((cell) => cell ?? 'NULL').join(' '), ...drawn].join(' · ')}`;
}

const JSON_COLUMNS = ['before', 'after', 'added', 'removed', 'changed', 'columns', 'examples', 'why'];

/** A row for each node. Before is what is kept, after what was built again. */
export function replayRows(compared: readonly Compared[], why: readonly string[]): TextResult {
  return answerOf(
    ['model', 'result', 'message', ...JSON_COLUMNS],
    compared.map(({ node, result, message, rows }) => [
      node.name,
      result,
      message,
      ...[
        ...(rows
          ? [rows.before, rows.after, rows.added, rows.removed, rows.changed, rows.changedColumns, rows.examples]
          : [null, null, null, null, null, [], []]),
        why,
      ].map((value) => JSON.stringify(value)),
    ]),
    JSON_COLUMNS,
  );
}

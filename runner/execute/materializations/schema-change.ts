import type { Session } from '../../adapters/types.ts';
import { EXIT, RunnerError } from '../../errors.ts';
import type { ModelNode } from '../../graph/types.ts';
import { identifier, quoted, type Relation } from '../../util/sql.ts';
import type { Column } from '../publish/catalog.ts';

export interface TargetColumns {
  /** Those that the table is to have; the very list of before when it keeps its own. */
  readonly all: readonly Column[];
  /** Those that the select's rows give. */
  readonly written: readonly Column[];
}

/**
 * What becomes of an incremental table whose select gives other columns than it has, whatever their order:
 * `fail`; `ignore`: new ones are left out; `append_new_columns`: they are added, and one that the select no longer gives
 * stays and is NULL in new rows; `sync_all_columns`: the table gets the columns and types of the select.
 * @throws RunnerError `SCHEMA_CHANGED`
 */
export function targetColumns(node: ModelNode, table: readonly Column[], select: readonly Column[]): TargetColumns {
  const policy = node.config.on_schema_change ?? 'fail';
  const given = new Map(select.map((column) => [column.name, column]));
  const present = new Map(table.map((column) => [column.name, column]));
  const added = select.filter(({ name }) => !present.has(name));
  const gone = table.filter(({ name }) => !given.has(name));
  const retyped = table.filter(({ name, type }) => given.has(name) && given.get(name)?.type !== type);
  if (added.length + gone.length + retyped.length === 0) return { all: table, written: select };
  const allowed = {
    fail: false,
    ignore: gone.length + retyped.length === 0,
    append_new_columns: retyped.length === 0,
    sync_all_columns: true,
  }[policy];
  if (!allowed) throw schemaChanged(node, table, select);
  if (policy === 'ignore') return { all: table, written: select.filter(({ name }) => present.has(name)) };
  if (policy === 'append_new_columns') return { all: added.length > 0 ? [...table, ...added] : table, written: select };
  return { all: [...table.flatMap(({ name }) => given.get(name) ?? []), ...added], written: select };
}

/** The rows of a table as it is to become: columns that it does not have are NULL, others get their type. */
export async function tableWithColumns(
  session: Session,
  table: Relation,
  aside: Relation,
  columns: readonly Column[],
  before: readonly Column[],
): Promise<void> {
  const had = new Set(before.map(({ name }) => name));
  const list = columns.map(({ name, type }) => {
    const value = had.has(name) ? identifier(name) : 'null';
    return `${value}::${type} as ${identifier(name)}`;
  });
  await session.query(`create table ${quoted(aside)} as select ${list.join(', ')} from ${quoted(table)}`);
}

function schemaChanged(node: ModelNode, table: readonly Column[], select: readonly Column[]): RunnerError {
  const text = (columns: readonly Column[]): string => columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  const refresh =
    node.config.full_refresh === false
      ? 'the table is protected from a full refresh (full_refresh=false)'
      : `or rebuild it: runner build --select ${node.name} --full-refresh`;
  return new RunnerError(
    {
      code: 'SCHEMA_CHANGED',
      message: `the columns of incremental model ${node.name} are not those of its table`,
      file: node.file,
      expected: text(table),
      found: text(select),
      hint: `Say what to do: on_schema_change='append_new_columns' or 'sync_all_columns'; ${refresh}.`,
    },
    EXIT.failed,
  );
}

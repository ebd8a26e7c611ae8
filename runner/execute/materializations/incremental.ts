import type { Session } from '../../adapters/types.ts';
import { strategyOf } from '../../graph/strategy-of.ts';
import type { Strategy } from '../../project/types.ts';
import { beside, identifier, quoted, type Relation } from '../../util/sql.ts';
import { type Column, looksOf } from '../publish/catalog.ts';
import { publishDifference } from '../publish/difference.ts';
import { matchIndexes } from '../publish/indexes.ts';
import { swapStep } from '../publish/swap.ts';
import { asideOf, create } from './aside.ts';
import { tableWithColumns, targetColumns } from './schema-change.ts';
import { table } from './table.ts';
import type { Materialization, Publication } from './types.ts';
import { keyOf, requireValidKey } from './unique-key.ts';

/**
 * The first time, and with `--full-refresh`, like a table; afterwards the select's rows go into the published table, by
 * row locks alone: `append` adds them, `delete+insert` replaces all rows of the keys it has, `merge` updates or inserts
 * by key. A table whose columns change is built aside as a whole, from its rows and the new ones, and swapped in.
 * @throws RunnerError `KEY_INVALID` when a key of the select is NULL or double, `SCHEMA_CHANGED` when its columns are not
 * those of the table and `on_schema_change` does not allow it
 */
export const incremental: Materialization = async (session, node, sql, options) => {
  if (!options.incremental) {
    const built = await table(session, node, sql, options);
    await requireValidKey(session, node, built.audited);
    return built;
  }
  const published = node.relation;
  const delta = beside(published, '__rows');
  const rows = await create(session, 'table', delta, sql);
  const [{ columns: before }, { columns: given }] = await looksOf(session, published, delta);
  const target = targetColumns(node, before, given);
  await requireValidKey(session, node, delta);
  const strategy = WRITE[strategyOf(node)];
  const write = async (into: Relation): Promise<number> => {
    const changed = await strategy(session, into, delta, target.written, keyOf(node));
    await session.query(`drop table ${quoted(delta)}`);
    return changed;
  };
  if (target.all === before) {
    const changed = await write(published);
    return {
      audited: published,
      publish: async (): Promise<Publication> => ({
        written: { rows, changed, identical: changed === 0 },
        steps: await matchIndexes(session, 'table', published, node.config.indexes ?? []),
      }),
    };
  }
  const aside = asideOf(published);
  await tableWithColumns(session, published, aside, target.all, before);
  const changed = await write(aside);
  return {
    audited: aside,
    publish: async (): Promise<Publication> => ({
      written: { rows, changed, identical: false },
      steps: [swapStep(session, published, aside, { modelAt: options.modelAt, indexes: node.config.indexes ?? [] })],
    }),
  };
};

/** @returns rows of `into` that were added, removed or changed */
type Write = (
  session: Session,
  into: Relation,
  delta: Relation,
  columns: readonly Column[],
  key: readonly string[],
) => Promise<number>;

const replaceByKey: Write = (session, into, delta, columns, key) =>
  publishDifference(
    session,
    into,
    delta,
    columns.map(({ name }) => name),
    `exists (select from ${quoted(delta)} as a where ${onKey(key)})`,
  );

const WRITE: Readonly<Record<Strategy, Write>> = {
  append: async (session, into, delta, columns) => {
    const list = columns.map(({ name }) => identifier(name)).join(', ');
    return (await session.query(`insert into ${quoted(into)} (${list}) select ${list} from ${quoted(delta)}`)).rowCount;
  },
  'delete+insert': replaceByKey,
  merge: async (session, into, delta, columns, key) => {
    const names = columns.map(({ name }) => identifier(name));
    const row = (of: string): string => `row(${names.map((name) => `${of}.${name}`).join(', ')})::text`;
    const merged = await session.query(
      `merge into ${quoted(into)} as p using ${quoted(delta)} as a on ${onKey(key)}
       when matched and ${row('p')} <> ${row('a')} then update set ${names.map((name) => `${name} = a.${name}`).join(', ')}
       when not matched then insert (${names.join(', ')}) values (${names.map((name) => `a.${name}`).join(', ')})`,
    );
    return merged.rowCount;
  },
};

/** Of what is written no key is NULL, so that `=` finds all, and may use an index. */
function onKey(key: readonly string[]): string {
  return key.map((column) => `p.${identifier(column)} = a.${identifier(column)}`).join(' and ');
}

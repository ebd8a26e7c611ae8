import type { Session } from '../adapters/types.ts';
import type { ModelNode, SeedNode } from '../graph/types.ts';
import { hashOf } from '../util/hash.ts';
import { identifier, quoted } from '../util/sql.ts';

/** The indexes that the model asks for, and no other of the runner's making: their names tell their definitions. */
export async function makeIndexes(session: Session, node: ModelNode | SeedNode): Promise<void> {
  const prefix = node.relation.name.slice(0, 40);
  const wanted = (node.config.indexes ?? []).map((index) => ({
    ...index,
    name: `${prefix}_${hashOf(index).slice(0, 8)}_idx`,
  }));
  const found = await session.query(
    'select indexname from pg_catalog.pg_indexes where schemaname = $1 and tablename = $2',
    [node.relation.schema, node.relation.name],
  );
  const present = found.rows.flatMap(([name]) => name ?? []);
  for (const name of present) {
    const isOurs = name.startsWith(prefix) && /_[0-9a-f]{8}_idx$/.test(name);
    if (isOurs && !wanted.some((index) => index.name === name))
      await session.query(`drop index ${quoted({ ...node.relation, name })}`);
  }
  for (const { name, columns, unique } of wanted) {
    if (present.includes(name)) continue;
    const list = columns.map(identifier).join(', ');
    await session.query(
      `create ${unique ? 'unique ' : ''}index ${identifier(name)} on ${quoted(node.relation)} (${list})`,
    );
  }
}

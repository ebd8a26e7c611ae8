import type { Session } from '../../adapters/types.ts';
import { EXIT, RunnerError } from '../../errors.ts';
import type { ModelNode } from '../../graph/types.ts';
import { identifier, quoted, type Relation } from '../../util/sql.ts';

/** The columns by which a model's rows find those of its table: of one row (`unique_key`) or of a group (`group_key`). */
export function keyOf(node: ModelNode): readonly string[] {
  return node.config.unique_key ?? node.config.group_key ?? [];
}

/**
 * A NULL in a key, or two rows of one `unique_key`, would be added again with every run, or overwrite each other.
 * @throws RunnerError `KEY_INVALID`
 */
export async function requireValidKey(session: Session, node: ModelNode, rows: Relation): Promise<void> {
  const key = keyOf(node);
  if (key.length === 0) return;
  const unique = node.config.unique_key !== undefined;
  const nulls = key.map((column) => `${identifier(column)} is null`).join(' or ');
  const double = `select from ${quoted(rows)} group by ${key.map(identifier).join(', ')} having count(*) > 1`;
  const result = await session.query(
    `select (select count(*) from ${quoted(rows)} where ${nulls}), ${unique ? `(select count(*) from (${double}) as doubles)` : "'0'"}`,
  );
  const [nullKeys, doubles] = result.rows[0] ?? [];
  if (nullKeys === '0' && doubles === '0') return;
  throw new RunnerError(
    {
      code: 'KEY_INVALID',
      message: unique ? `unique_key of ${node.name} is not unique` : `group_key of ${node.name} is NULL in some rows`,
      file: node.file,
      expected: `${unique ? 'one row for each ' : ''}${key.join(', ')}, none NULL`,
      found: unique ? `${nullKeys} NULL, ${doubles} double` : `${nullKeys} NULL`,
      ...(unique ? { hint: 'Rows that are replaced as a group have a group_key (with delete+insert).' } : {}),
    },
    EXIT.failed,
  );
}

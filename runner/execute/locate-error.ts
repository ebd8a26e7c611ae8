import type { Bound } from '../compile/bind.ts';
import type { Located } from '../compile/locate.ts';
import type { DatabaseError } from '../errors.ts';
import type { ModelNode } from '../graph/types.ts';
import { afterCharacters } from '../util/places.ts';

/** The place in the templates of an offset (UTF-16 units) in a model's rendered body. */
export type LocateInModel = (model: string, incremental: boolean, offset: number) => Promise<Located>;

/**
 * Where in the templates an error of the server points: its position counts in the statement that was sent, of which
 * the model's SQL is a part.
 * @param boundOf the model's SQL as it was bound for that statement
 * @returns nothing when the error has no position, or another one than in the model's SQL
 */
export async function locateError(
  node: Pick<ModelNode, 'name' | 'rendered'>,
  { position, statement }: DatabaseError,
  boundOf: (incremental: boolean) => Bound,
  locate: LocateInModel,
): Promise<Located> {
  if (position === undefined || statement === undefined) return {};
  for (const incremental of node.rendered.incrementalBody === node.rendered.body ? [false] : [true, false]) {
    const { sql, origin } = boundOf(incremental);
    const start = statement.indexOf(sql);
    const offset = afterCharacters(statement, position - 1) - start;
    if (start < 0 || offset < 0 || offset > sql.length) continue;
    const { model, offset: inBody } = origin(offset);
    return locate(model ?? node.name, model === undefined && incremental, inBody);
  }
  return {};
}

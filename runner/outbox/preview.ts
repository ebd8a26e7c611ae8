import type { Database } from '../adapters/types.ts';
import { identifier, quoted } from '../util/sql.ts';
import type { Outbox } from './types.ts';

/** What a run that takes up all would find, and do. */
export interface Preview {
  /** Rows of the model that the outbox does not know; `undefined` while the model is not built. */
  readonly fresh: number | undefined;
  readonly waiting: number;
  readonly withdrawn: number;
  /** Begun by a run that died. */
  readonly interrupted: number;
  readonly sent: number;
  readonly skipped: number;
}

/** Counts, and changes nothing; a table that is not there yet holds nothing, and of a model that is not built no row is gone. */
export async function preview(db: Database, stateSchema: string, { name, relation, key }: Outbox): Promise<Preview> {
  const table = quoted({ schema: stateSchema, name: 'outbox' });
  const { rows: there } = await db.query('select to_regclass($1) is not null, to_regclass($2) is not null', [
    quoted(relation),
    table,
  ]);
  const isBuilt = there[0]?.[0] === 't';
  const known =
    there[0]?.[1] === 't' ? `select message_key as key, status from ${table} where outbox = $1` : `${NONE} and $1 = ''`;
  const model = isBuilt
    ? `select distinct ${identifier(key)}::text as key from ${quoted(relation)}`
    : `select key from (${known}) as k`;
  const { rows } = await db.query(
    `select count(*) filter (where status is null), count(*) filter (where status = 'waiting' and m.key is not null),
       count(*) filter (where status = 'waiting' and m.key is null), count(*) filter (where status = 'sending'),
       count(*) filter (where status = 'sent'), count(*) filter (where status = 'skipped')
     from (${model}) as m full join (${known}) as o on m.key = o.key`,
    [name],
  );
  const [fresh = 0, waiting = 0, withdrawn = 0, interrupted = 0, sent = 0, skipped = 0] = (rows[0] ?? []).map(Number);
  return { fresh: isBuilt ? fresh : undefined, waiting, withdrawn, interrupted, sent, skipped };
}

const NONE = "select ''::text as key, ''::text as status where false";

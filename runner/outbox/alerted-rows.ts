import type { Database } from '../adapters/types.ts';
import { toSample } from '../contracts/sample.ts';
import type { Contract } from '../contracts/types.ts';
import type { AlertRows } from '../project/message-types.ts';
import { identifier, quoted, type Relation } from '../util/sql.ts';
import type { AlertedRows } from './alert.ts';

interface Alerted {
  readonly relation: Relation;
  readonly contract: Contract | undefined;
}

/**
 * How many rows a model holds, and a few of them where its contract says which columns are personal. Never throws: what
 * can't be read is left out, for the alert matters more than its examples.
 * @param db none where the server can't be reached
 */
export async function alertedRows(
  db: Database | undefined,
  asked: AlertRows,
  { relation, contract }: Alerted,
): Promise<AlertedRows> {
  const { model, title } = asked;
  const none = { columns: [], examples: [] };
  const counted = await db?.query(`select count(*) from ${quoted(relation)}`).catch(() => undefined);
  const count = counted ? Number(counted.rows[0]?.[0]) : '?';
  if (!db || !contract || asked.columns.length === 0) return { model, title, count, ...none };
  return { model, title, count, ...(await examplesOf(db, asked, relation, contract).catch(() => none)) };
}

async function examplesOf(
  db: Database,
  asked: AlertRows,
  relation: Relation,
  contract: Contract,
): Promise<Pick<AlertedRows, 'columns' | 'examples'>> {
  const list = asked.columns.map((name) => `${identifier(name)}::text as ${identifier(name)}`).join(', ');
  const result = await db.query(
    `select * from (select ${list} from ${quoted(relation)}) as r order by r::text limit $1`,
    [String(asked.examples)],
  );
  const { columns, rows } = toSample(result, contract, undefined);
  return { columns, examples: rows.map((row) => row.map((value) => value ?? '')) };
}

import type { Session, TextResult } from '../adapters/types.ts';
import { quoted, type Relation } from '../util/sql.ts';
import { ask } from './ask.ts';
import { hasPersonal, isPersonal, type Known, type Privacy } from './personal.ts';

/**
 * Tells which columns of an author's own query hide their values. The server knows of which table's column a field is,
 * whatever it is called, and that table's contract says whether it is personal; without a contract it may be. What is
 * computed is not known: where the query may read personal data, only what bears the name of a column that the contract
 * holds for not personal is shown. In a project without personal columns nothing is hidden.
 */
export async function hiddenColumns(
  session: Session,
  query: string,
  { columns }: TextResult,
  known: Known,
  { mayBePersonal }: Privacy,
): Promise<readonly boolean[]> {
  if (!known.some(({ contract }) => hasPersonal(contract))) return columns.map(() => false);
  const [{ contract: own }] = known;
  const isNear = mayBePersonal(query);
  const named = new Set(own.columns.map(({ name }) => name));
  const origins = await originsOf(session, columns);
  return columns.map(({ name, origin }) => {
    const from = origin && origins.get(`${origin.table} ${origin.column}`);
    const found = from && known.find(({ relation }) => quoted(relation) === quoted(from.relation));
    if (from) return found ? isPersonal(found.contract, from.column) : true;
    return isNear && (!named.has(name) || isPersonal(own, name));
  });
}

interface Origin {
  readonly relation: Relation;
  readonly column: string;
}

/** By `table column`. */
async function originsOf(session: Session, columns: TextResult['columns']): Promise<ReadonlyMap<string, Origin>> {
  const pairs = columns.flatMap(({ origin }) => (origin ? [`(${origin.table}, ${origin.column})`] : []));
  if (pairs.length === 0) return new Map();
  const { result } = await ask(
    session,
    `select a.attrelid || ' ' || a.attnum, n.nspname, c.relname, a.attname
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where (a.attrelid, a.attnum) in (${pairs.join(', ')}) and n.nspname not in ('pg_catalog', 'information_schema')`,
  );
  return new Map(
    (result?.rows ?? []).map(([key, schema, name, column]) => [
      key ?? '',
      { relation: { schema: schema ?? '', name: name ?? '' }, column: column ?? '' },
    ]),
  );
}

import type { Session, TextResult } from '../adapters/types.ts';
import { maskValues } from '../util/mask-values.ts';
import { namesRelation } from '../util/names-relation.ts';
import { literal, quoted, type Relation } from '../util/sql.ts';
import { ask } from './ask.ts';
import type { Check, CheckResult, Contract } from './types.ts';

export const MASK = '***';

/** A relation and what is said of it. */
export interface Contracted {
  readonly relation: Relation;
  readonly contract: Contract;
}

export function hasPersonal({ columns }: Contract): boolean {
  return columns.some(({ personal }) => personal !== null);
}

/** Of a contract that has personal columns, a column that it does not name may be one. */
export function isPersonal(contract: Contract, column: string): boolean {
  const spec = contract.columns.find(({ name }) => name === column);
  return spec ? spec.personal !== null : hasPersonal(contract);
}

/** What was measured, as it may be told: the extreme of a personal column is one person's value. */
export function withoutPersonal(
  contract: Contract,
  check: Check,
  told: Pick<CheckResult, 'value' | 'message' | 'kept'>,
): Pick<CheckResult, 'value' | 'message' | 'kept'> {
  const column = extremeOf(check);
  if (told.value !== null && column !== null && isPersonal(contract, column)) {
    const message = `measured, but ${column} is personal: ${MASK}`;
    return { value: MASK, message, kept: message };
  }
  return hasPersonal(contract) ? { ...told, message: told.kept } : told;
}

function extremeOf(check: Check): string | null {
  if (check.type === 'freshness') return check.of;
  return check.type === 'aggregate' && ['min', 'max'].includes(check.function) ? check.column : null;
}

/** What may be kept of words that quote a value where nothing was measured. */
export function keptOf(value: unknown, message: string): string {
  return value === null ? maskValues(message) : message;
}

/**
 * Tells which columns of an author's own query hide their values. The server knows of which table's column a field is,
 * whatever it is called, and that table's contract says whether it is personal; without a contract it may be. What is
 * computed is not known: where the query may read personal data, only what bears the name of a column that the contract
 * holds for not personal is shown. In a project without personal columns nothing is hidden.
 * @param known the relation that is measured first, then the others that the query may read
 */
export async function hiddenColumns(
  session: Session,
  query: string,
  { columns }: TextResult,
  known: readonly [Contracted, ...Contracted[]],
): Promise<readonly boolean[]> {
  const [{ contract: own }, ...others] = known;
  const personal = others.filter(({ contract }) => hasPersonal(contract));
  if (!hasPersonal(own) && personal.length === 0) return columns.map(() => false);
  const isNear = hasPersonal(own) || personal.some(({ relation }) => namesRelation(query, relation));
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
where (a.attrelid, a.attnum) in (${pairs.join(', ')}) and n.nspname not in (${literal('pg_catalog')}, ${literal('information_schema')})`,
  );
  return new Map(
    (result?.rows ?? []).map(([key, schema, name, column]) => [
      key ?? '',
      { relation: { schema: schema ?? '', name: name ?? '' }, column: column ?? '' },
    ]),
  );
}

import type { Session } from '../adapters/types.ts';
import { maskValues } from '../util/mask-values.ts';
import { namesRelation } from '../util/names-relation.ts';
import { literal, quoted, type Relation } from '../util/sql.ts';
import type { Check, CheckResult, Contract } from './types.ts';

export const MASK = '***';

/** A relation and what is said of it. */
export interface Contracted {
  readonly relation: Relation;
  readonly contract: Contract;
}

/** The relation that is measured first, then the others that its contract's SQL may read. */
export type Known = readonly [Contracted, ...Contracted[]];

/**
 * What may be told of the checks of a contract. Outcomes, thresholds and counts are never personal; everything else that was
 * measured is one person's value as soon as a filter leaves one person.
 */
export interface Privacy {
  /** The words of its checks may quote a value: they are told as they are kept. */
  readonly hidesWords: boolean;
  readonly hidesValue: (check: Check) => boolean;
  /** What a query of the author's computes may be made of personal values. */
  readonly mayBePersonal: (query: string) => boolean;
}

/**
 * SQL may read personal data where a name stands in it that may be personal: a column of the contract's own, a relation with
 * such columns, or a relation without a contract. In a project without personal columns nothing is hidden.
 */
export async function privacyOf(session: Pick<Session, 'query'>, known: Known): Promise<Privacy> {
  const [{ relation, contract }] = known;
  const personal = known.filter((other) => hasPersonal(other.contract));
  if (personal.length === 0) return { hidesWords: false, hidesValue: () => false, mayBePersonal: () => false };
  const sql = [contract.filter, ...contract.checks.flatMap(allSql)].filter(Boolean).join('\n');
  const names = personal.map((other) => other.relation.name);
  if (sql !== '') names.push(...(await unknownNames(session, sql, relation, known)));
  const reads = (...parts: readonly (string | null | undefined)[]): boolean =>
    parts.some((part) => part && names.some((name) => namesRelation(part, { name })));
  const isOwn = hasPersonal(contract);
  return {
    hidesWords: isOwn || reads(sql),
    hidesValue: (check) => {
      if (check.type !== 'freshness' && check.type !== 'aggregate' && check.type !== 'metric') return false;
      const column = check.type === 'freshness' ? check.of : check.column;
      return (column !== null && isPersonal(contract, column)) || reads(...valueSql(check));
    },
    mayBePersonal: (query) => isOwn || reads(query),
  };
}

const personalContracts = new WeakMap<Contract, boolean>();

/** Asked of all contracts for each node that is audited: looked at once. */
export function hasPersonal(contract: Contract): boolean {
  const known = personalContracts.get(contract);
  if (known !== undefined) return known;
  const found = contract.columns.some(({ personal }) => personal !== null);
  personalContracts.set(contract, found);
  return found;
}

/** Of a contract that has personal columns, a column that it does not name may be one. */
export function isPersonal(contract: Contract, column: string): boolean {
  const spec = contract.columns.find(({ name }) => name === column);
  return spec ? spec.personal !== null : hasPersonal(contract);
}

/** What was measured, as it may be told. */
export function withoutPersonal(
  { hidesWords, hidesValue }: Privacy,
  check: Check,
  told: Pick<CheckResult, 'value' | 'message' | 'kept'>,
): Pick<CheckResult, 'value' | 'message' | 'kept'> {
  if (told.value !== null && hidesValue(check)) {
    const message = `measured, but it may tell of a person: ${MASK}`;
    return { value: MASK, message, kept: message };
  }
  return hidesWords ? { ...told, message: told.kept } : told;
}

/** What may be kept of words that quote a value where nothing was measured. */
export function keptOf(value: unknown, message: string): string {
  return value === null ? maskValues(message) : message;
}

type Sql = readonly (string | null | undefined)[];

interface AuthorsSql extends Pick<Check, 'filter' | 'columnExpression'> {
  readonly expression?: string | null;
  readonly query?: string | null;
  readonly rowsTestedQuery?: string | null;
}

function valueSql({ columnExpression, expression, query }: AuthorsSql): Sql {
  return [columnExpression, expression, query];
}

function allSql(check: AuthorsSql): Sql {
  return [...valueSql(check), check.filter, check.rowsTestedQuery];
}

/** Of names in SQL, those of relations that have no contract, and of columns that the contract holds for personal. */
async function unknownNames(
  session: Pick<Session, 'query'>,
  sql: string,
  own: Relation,
  known: Known,
): Promise<readonly string[]> {
  const isNamed = (name: string): string => `position(lower(${name}) in lower(${literal(sql)})) > 0`;
  const { rows } = await session.query(`select n.nspname, c.relname, pg_catalog.pg_table_is_visible(c.oid)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and ${isNamed('c.relname')}
union all
select null, a.attname, true
from pg_catalog.pg_attribute a
where a.attrelid = to_regclass(${literal(quoted(own))}) and a.attnum > 0 and ${isNamed('a.attname')}`);
  const withContract = new Set(known.map(({ relation }) => quoted(relation)));
  return rows.flatMap(([schema, name, isVisible]) => {
    if (!name) return [];
    if (!schema) return isPersonal(known[0].contract, name) ? [name] : [];
    const isMeant = isVisible === 't' || namesRelation(sql, { name: schema });
    return isMeant && !withContract.has(quoted({ schema, name })) ? [name] : [];
  });
}

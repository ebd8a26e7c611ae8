import { quoted, type Relation } from '../util/sql.ts';
import { referenceQuery } from './reference.ts';
import { schemaQuery } from './schema.ts';
import {
  columnSql,
  filterClause,
  invalidClauses,
  keptSql,
  missingSql,
  own,
  ROWS,
  type Rows,
  rowKeySql,
  rowsCte,
} from './sql.ts';
import { readStatement } from './statement.ts';
import type { AggregateCheck, Check, Contract } from './types.ts';

/** The queries that measure a contract. Pure: nothing has run yet. */
export interface ContractPlan {
  readonly rows: Rows;
  /** One row with every metric of the table, in the order of `metrics`; the first is `count(*)`. */
  readonly aggregate: string;
  readonly metrics: readonly string[];
  readonly checks: readonly CheckPlan[];
}

export interface CheckPlan {
  readonly check: Check;
  /** What the check reads of the aggregate query: role → position. `rows` counts the rows in its scope. */
  readonly metrics: Readonly<Partial<Record<Role, number>>>;
  /** Queries of its own, by what they measure. */
  readonly queries: Readonly<Partial<Record<QueryRole, OwnQuery>>>;
}

export type Role = 'rows' | 'bad' | 'missing' | 'distinct' | 'value';
/**
 * `schema`: the columns of the relation; `bad`: the number of offending rows; `tested`: the number of rows they are a part of;
 * `value`: the first field of the first row.
 */
export type QueryRole = 'schema' | 'bad' | 'tested' | 'value';

export interface OwnQuery {
  readonly sql: string;
  /** The query itself, whose rows are counted when `sql`, which wraps it, is refused. */
  readonly bare: string | null;
  /** Why it must not run at all. */
  readonly refusal: string | null;
}

/** @param relation what is measured; the database part of the contract's `dataset` is left to the connection */
export function planContract(contract: Contract, relation: Relation): ContractPlan {
  const rows: Rows = { from: quoted(relation), filter: contract.filter };
  const metrics = ['count(*)'];
  const metric = (sql: string): number => {
    const known = metrics.indexOf(sql);
    return known === -1 ? metrics.push(sql) - 1 : known;
  };
  const checks = contract.checks.map((check) => planCheck(check, rows, relation, metric));
  return { rows, aggregate: aggregateQuery(rows, metrics), metrics, checks };
}

export function aggregateQuery(rows: Rows, metrics: readonly string[]): string {
  const list = metrics.map((sql, index) => `${sql} as "m_${index}"`).join(',\n  ');
  return `with ${rowsCte(rows)}\nselect\n  ${list}\nfrom ${ROWS}`;
}

function planCheck(check: Check, rows: Rows, relation: Relation, metric: (sql: string) => number): CheckPlan {
  const filter = own(check.filter);
  const count = (...conditions: readonly (string | null)[]): number =>
    metric(`count(*)${filterClause(filter, ...conditions)}`);
  const plan = (metrics: CheckPlan['metrics'], queries: CheckPlan['queries'] = {}): CheckPlan => ({
    check,
    metrics,
    queries,
  });

  switch (check.type) {
    case 'schema':
      return plan({}, { schema: ours(schemaQuery(relation)) });
    case 'row_count':
      return plan({ rows: count() });
    case 'missing':
      return plan({ rows: count(), bad: count(missingSql(columnSql(check), check.missing)) });
    case 'invalid': {
      if (check.validity.reference) return plan({ rows: count() }, { bad: ours(referenceQuery(check, rows)) });
      const valued = `not ${missingSql(columnSql(check), check.missing)}`;
      return plan({ rows: count(), bad: count(valued, invalidClauses(columnSql(check), check.validity)) });
    }
    case 'duplicate': {
      if (check.columns)
        return plan({
          rows: count(),
          distinct: metric(`count(distinct ${rowKeySql(check.columns)})${filterClause(filter)}`),
        });
      const missing = missingSql(columnSql(check), check.missing);
      const distinct = metric(`count(distinct ${columnSql(check)})${filterClause(filter, `not ${missing}`)}`);
      return plan({ rows: count(), missing: count(missing), distinct });
    }
    case 'aggregate':
      return plan({ value: metric(`${aggregateSql(check)}${filterClause(filter, keptSql(check))}`) });
    case 'metric':
      return check.query === null
        ? plan({ value: metric(own(check.expression) ?? '') })
        : plan({}, { value: theirs(check.query, (sql) => sql) });
    case 'failed_rows': {
      if (check.query === null) return plan({ rows: count(), bad: count(own(check.expression)) });
      const tested = check.rowsTestedQuery === null ? {} : { tested: theirs(check.rowsTestedQuery, (sql) => sql) };
      return plan(
        {},
        { bad: theirs(check.query, (sql) => `${failedRowsCte(sql)} select count(*) from "failed_rows"`), ...tested },
      );
    }
    case 'freshness':
      return plan({ value: metric(`max(${columnSql({ ...check, column: check.of })})${filterClause(filter)}`) });
  }
}

/** The line break ends a comment on the query's last line. */
export function failedRowsCte(query: string): string {
  return `with "failed_rows" as (\n${query}\n)`;
}

function ours(sql: string): OwnQuery {
  return { sql, bare: null, refusal: null };
}

function theirs(query: string, wrap: (sql: string) => string): OwnQuery {
  const { sql, refusal } = readStatement(query);
  const wrapped = wrap(sql);
  return { sql: wrapped, bare: wrapped === sql ? null : sql, refusal };
}

function aggregateSql(check: AggregateCheck): string {
  const column = columnSql(check);
  const [name, length] = check.function.split('_');
  return `${name}(${length ? `length(${column})` : column})`;
}

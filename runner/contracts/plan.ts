import { quoted, type Relation } from '../util/sql.ts';
import { schemaQuery } from './schema.ts';
import {
  aggregateSql,
  badRow,
  columnSql,
  distinctSql,
  filterClause,
  missingSql,
  own,
  ROWS,
  type Rows,
  referenceSelect,
  rowsCte,
} from './sql.ts';
import { readStatement, type Statement, withoutComments } from './statement.ts';
import type { Check, Contract } from './types.ts';

/** The queries that measure a contract. Pure: nothing has run yet. */
export interface ContractPlan {
  readonly rows: Rows;
  /** What one query asks of the table, each once; the first is `count(*)`. */
  readonly metrics: readonly Metric[];
  readonly checks: readonly CheckPlan[];
}

export interface Metric {
  readonly sql: string;
  /** It counts distinct values, which needs them sorted. */
  readonly isDistinct: boolean;
}

export interface CheckPlan {
  readonly check: Check;
  /** What the check reads of the query for all metrics: role → position. `rows` counts the rows in its scope. */
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

export interface OwnQuery extends Statement {
  /** The query itself, whose rows are counted when `sql`, which wraps it, is refused. */
  readonly bare: string | null;
}

/** @param relation what is measured; the database part of the contract's `dataset` is left to the connection */
export function planContract(contract: Contract, relation: Relation): ContractPlan {
  const rows: Rows = { from: quoted(relation), filter: contract.filter };
  const metrics: Metric[] = [COUNT];
  const metric: AddMetric = (sql, isDistinct = false) => {
    const known = metrics.findIndex((other) => other.sql === sql);
    return known === -1 ? metrics.push({ sql, isDistinct }) - 1 : known;
  };
  const checks = contract.checks.map((check) => planCheck(check, rows, relation, metric));
  return { rows, metrics, checks };
}

export const COUNT: Metric = { sql: 'count(*)', isDistinct: false };

/** Returns the position of a metric, which is added when it is new. */
type AddMetric = (sql: string, isDistinct?: boolean) => number;

const DISTINCT = '"_soda_distinct"';

/**
 * One row with every metric, in their order. `apart`: distinct values are counted each in a scan of its own, at once where
 * the server has the workers, because in the same scan they would have all rows sorted by one process.
 */
export function aggregateQuery(rows: Rows, metrics: readonly Metric[], apart: boolean): string {
  const isApart = (metric: Metric): boolean => apart && metric.isDistinct;
  const counts = metrics.flatMap((metric, place) =>
    isApart(metric) ? [`select ${place} as place, ${metric.sql} as n from ${ROWS}`] : [],
  );
  const distinct = counts.length > 0 ? `,\n${DISTINCT} as materialized (\n${counts.join('\nunion all\n')}\n)` : '';
  const list = metrics.map((metric, place) => {
    const sql = isApart(metric) ? `(select n from ${DISTINCT} where place = ${place})` : metric.sql;
    return `${sql} as "m_${place}"`;
  });
  return `with ${rowsCte(rows, counts.length > 0)}${distinct}\nselect\n  ${list.join(',\n  ')}\nfrom ${ROWS}`;
}

function planCheck(check: Check, rows: Rows, relation: Relation, metric: AddMetric): CheckPlan {
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
      return plan({ rows: count(), bad: count(badRow(check)) });
    case 'invalid':
      return check.validity.reference
        ? plan(
            { rows: count(), missing: count(missingSql(columnSql(check), check.missing)) },
            { bad: ours(referenceSelect(check, rows, 'count(*)')) },
          )
        : plan({ rows: count(), bad: count(badRow(check)) });
    case 'duplicate': {
      const missing = check.columns === null ? missingSql(columnSql(check), check.missing) : null;
      const present = filterClause(filter, missing && `not ${missing}`);
      const distinct = metric(`count(distinct ${distinctSql(check)})${present}`, true);
      return plan({ rows: count(), distinct, ...(missing && { missing: count(missing) }) });
    }
    case 'aggregate':
      return plan({ rows: count(), value: metric(aggregateSql(check)) });
    case 'metric':
      return check.query === null
        ? plan({ rows: count(), value: metric(own(check.expression) ?? '') })
        : plan({}, { value: theirs(check.query, (sql) => sql) });
    case 'failed_rows': {
      if (check.query === null) return plan({ rows: count(), bad: count(badRow(check)) });
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
  const { sql, refusal: unfit } = readStatement(query);
  // To the server it is no error, and no rows would be no failed rows.
  const refusal = withoutComments(sql).trim() === '' ? 'there is no query' : unfit;
  const wrapped = wrap(sql);
  return { sql: wrapped, bare: wrapped === sql ? null : sql, refusal };
}

import type { TextResult } from '../adapters/types.ts';
import { quoted, type Relation } from '../util/sql.ts';
import { isPersonal, MASK } from './personal.ts';
import { type CheckPlan, failedRowsCte } from './plan.ts';
import {
  all,
  badRow,
  columnSql,
  distinctSql,
  missingSql,
  own,
  ROWS,
  type Rows,
  referenceSelect,
  rowsCte,
} from './sql.ts';
import type { Check, Contract, Sample } from './types.ts';

const ROW_COLUMN = '_soda_row';

export interface SampleOptions {
  readonly relation: Relation;
  /** 0: all. */
  readonly limit: number;
  /** Adds each row's place in the table, from 1, in the order of loading (`ctid`): of a table just filled only. */
  readonly rowNumber: boolean;
}

export interface SampleQuery {
  readonly sql: string;
  /** What to run when `sql` is refused. */
  readonly bare: string | null;
}

/** The query for a few rows that broke the check; `null` for a type that has no such rows. */
export function sampleQuery(
  { check, queries }: CheckPlan,
  filter: string | null,
  options: SampleOptions,
): SampleQuery | null {
  const bare = queries.bad?.bare ?? null;
  if (bare !== null) {
    return { sql: `${failedRowsCte(bare)} select * from "failed_rows" limit ${options.limit || 'all'}`, bare };
  }
  const rows: Rows = { from: options.rowNumber ? numbered(options.relation) : quoted(options.relation), filter };
  const byRow = options.rowNumber ? [`"${ROW_COLUMN}"`] : [];
  const sorted = (...keys: readonly string[]): string =>
    `${keys.length > 0 ? `\norder by ${keys.join(', ')}` : ''}\nlimit ${options.limit || 'all'}`;
  if (check.type === 'invalid' && check.validity.reference) {
    const ofBoth = byRow.map((column) => `"C".${column}`);
    return { sql: `${referenceSelect(check, rows, '"C".*')}${sorted(...ofBoth)}`, bare: null };
  }
  const condition = badRows(check);
  if (condition === null) return null;
  const keys = check.type === 'duplicate' ? [distinctSql(check), ...byRow] : byRow;
  return { sql: `with ${rowsCte(rows)}\nselect * from ${ROWS} where ${condition}${sorted(...keys)}`, bare: null };
}

/**
 * The rows as they may be shown.
 * @param hidden of each column whether its values are masked; unset: as the contract of the relation says
 */
export function toSample(
  result: TextResult,
  contract: Contract,
  limit: number | undefined,
  hidden: readonly boolean[] = result.columns.map(({ name }) => name !== ROW_COLUMN && isPersonal(contract, name)),
): Sample {
  return {
    columns: result.columns.map(({ name }) => (name === ROW_COLUMN ? 'row_number' : name)),
    rows: result.rows
      .slice(0, limit)
      .map((row) => row.map((value, index) => (value !== null && (hidden[index] ?? true) ? MASK : value))),
  };
}

function badRows(check: Check): string | null {
  switch (check.type) {
    case 'missing':
    case 'invalid':
    case 'failed_rows':
      return all(own(check.filter), badRow(check));
    case 'duplicate': {
      const counted = all(
        own(check.filter),
        check.columns ? null : `not ${missingSql(columnSql(check), check.missing)}`,
      );
      const key = distinctSql(check);
      return `${counted} and ${key} in (select ${key} from ${ROWS} where ${counted} group by 1 having count(*) > 1)`;
    }
    default:
      return null;
  }
}

function numbered(relation: Relation): string {
  return `(select row_number() over (order by ctid) as "${ROW_COLUMN}", * from ${quoted(relation)}) as numbered`;
}

import { identifier, quoted } from '../util/sql.ts';
import { all, invalidClauses, missingSql, own, ROWS, type Rows, rowsCte } from './sql.ts';
import type { InvalidCheck } from './types.ts';

const REFERENCED = '"_soda_filtered_referenced_dataset"';
/** Stands for the column when an expression replaces it: computed before the join, its names are not ambiguous. */
export const KEY_COLUMN = '_soda_key';

/**
 * Counts the values that the reference column does not hold. The check's own filter sees both tables, so that a name which
 * both have is ambiguous, as in Soda. With other validity keys beside, a row counts once per match in the reference.
 */
export function referenceQuery(check: InvalidCheck, rows: Rows): string {
  return referenceSelect(check, rows, 'count(*)');
}

/** The same rows, to look at. */
export function referenceSelect(check: InvalidCheck, rows: Rows, select: string): string {
  const { reference } = check.validity;
  if (reference === null) return '';
  const computed = check.columnExpression === null ? '' : `(${check.columnExpression}) as "${KEY_COLUMN}", `;
  const column = `"C".${computed === '' ? identifier(check.column ?? '') : `"${KEY_COLUMN}"`}`;
  const held = `"R".${identifier(reference.column)}`;
  const table = quoted({ schema: reference.schema, name: reference.table });
  const clauses = invalidClauses(column, check.validity);
  const invalid = `(${[`${held} is null`, clauses].filter(Boolean).join(' or ')})`;
  return `with ${rowsCte(rows, computed)}, ${REFERENCED} as (select * from ${table})
select ${select}
from ${ROWS} as "C" left join ${REFERENCED} as "R" on ${column} = ${held}
where ${all(own(check.filter), `not ${missingSql(column, check.missing)}`, invalid)}`;
}

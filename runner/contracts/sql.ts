import { identifier, quoted, literal as quotedText } from '../util/sql.ts';
import type {
  AggregateCheck,
  Check,
  DuplicateCheck,
  FailedRowsCheck,
  InvalidCheck,
  Literal,
  MissingCheck,
  MissingRule,
  ValidityRule,
} from './types.ts';

/** The name under which table checks see the rows; Soda's own, since an expression may use it. */
export const ROWS = '"_soda_filtered_dataset"';

/** The rows that a contract speaks of. */
export interface Rows {
  /** The relation, as it stands after `from`. */
  readonly from: string;
  readonly filter: string | null;
}

/**
 * `"_soda_filtered_dataset" as (…)`. `isShared` has a query that reads the rows several times scan the relation each time,
 * where PostgreSQL would keep a copy.
 */
export function rowsCte({ from, filter }: Rows, isShared = false): string {
  const where = filter === null ? '' : ` where ${own(filter)}`;
  return `${ROWS} as ${isShared ? 'not materialized ' : ''}(select * from ${from}${where})`;
}

/** The column that a check speaks of, or the expression that stands for it. */
export function columnSql(check: Check): string {
  return own(check.columnExpression) ?? identifier(check.column ?? '');
}

/** The conditions joined by `and`; `true` when there is none. */
export function all(...conditions: readonly (string | null)[]): string {
  return conditions.filter((condition) => condition !== null).join(' and ') || 'true';
}

/** An author's own SQL, kept whole. As in Soda, a comment at its end hides the bracket, and the server refuses the query. */
export function own(sql: string | null): string | null {
  return sql === null ? null : `(${sql})`;
}

/** ` filter (where …)` of an aggregate; nothing when all rows count. */
export function filterClause(...conditions: readonly (string | null)[]): string {
  const condition = all(...conditions);
  return condition === 'true' ? '' : ` filter (where ${condition})`;
}

/**
 * NULL is always missing. A null among the listed values stands as it is, as in Soda: then a value that is not listed is
 * neither missing nor present, and only `missing` counts anything.
 */
export function missingSql(column: string, rule: MissingRule): string {
  const clauses = [
    `${column} is null`,
    rule.values && `${column} in (${rule.values.map(literalSql).join(', ')})`,
    rule.format && `${column} ~ ${quotedText(rule.format.regex)}`,
  ];
  return `(${clauses.filter(Boolean).join(' or ')})`;
}

/** The clauses of which any makes a value invalid, the reference data aside; `null` when there are none. */
function invalidClauses(column: string, rule: ValidityRule): string | null {
  const compared = (operator: string, bound: number | string | null, of = column): string | null =>
    bound === null ? null : `${of} ${operator} ${bound}`;
  const length = `length(${column})`;
  const clauses = [
    rule.validValues && `not (${inList(column, rule.validValues, ' or ')})`,
    rule.invalidValues && inList(column, rule.invalidValues, ' and '),
    rule.validFormat && `not (${column} ~ ${quotedText(rule.validFormat.regex)})`,
    rule.invalidFormat && `${column} ~ ${quotedText(rule.invalidFormat.regex)}`,
    compared('<', rule.validMin),
    compared('>', rule.validMax),
    compared('<>', rule.validLength, length),
    compared('<', rule.validMinLength, length),
    compared('>', rule.validMaxLength, length),
  ].filter((clause) => clause !== null);
  return clauses.length === 0 ? null : `(${clauses.join(' or ')})`;
}

/** The condition of a row that breaks the check, its filter aside. */
export function badRow(check: MissingCheck | InvalidCheck | FailedRowsCheck): string {
  if (check.type === 'failed_rows') return all(own(check.expression));
  const missing = missingSql(columnSql(check), check.missing);
  return check.type === 'missing' ? missing : all(`not ${missing}`, invalidClauses(columnSql(check), check.validity));
}

/**
 * An aggregate takes the rows that are not missing; but where any rule of validity is in force a row is dropped only when
 * it is missing and invalid at once, which is Soda's own quirk.
 */
export function aggregateSql(check: AggregateCheck): string {
  const column = columnSql(check);
  const [name, length] = check.function.split('_');
  const kept = `not (${all(missingSql(column, check.missing), invalidClauses(column, check.validity))})`;
  const value = length ? `length(${column})` : column;
  return `${name}(${value})${filterClause(kept, own(check.filter))}`;
}

/**
 * What a check for duplicates tells rows apart by: a column, or several as one text. Then a NULL is a value like another,
 * and as in Soda values that hold `||` may coincide.
 */
export function distinctSql(check: DuplicateCheck): string {
  if (check.columns === null) return columnSql(check);
  const parts = check.columns.map((column) => `coalesce(${identifier(column)}::varchar, '__SODA_NULL__') collate "C"`);
  return `concat_ws('||', ${parts.join(', ')})`;
}

const REFERENCED = '"_soda_filtered_referenced_dataset"';

/**
 * Selects from the rows whose value the reference column does not hold. The check's own filter sees both tables, so that a
 * name which both have is ambiguous, as in Soda. With other validity keys beside, a row is there once per match in the
 * reference.
 */
export function referenceSelect(check: InvalidCheck, rows: Rows, select: string): string {
  const { reference } = check.validity;
  if (reference === null) return '';
  const column = ofContract(check);
  const held = `"R".${identifier(reference.column)}`;
  const table = quoted({ schema: reference.schema, name: reference.table });
  const invalid = [`${held} is null`, invalidClauses(column, check.validity)].filter(Boolean).join(' or ');
  return `with ${rowsCte(rows)}, ${REFERENCED} as (select * from ${table})
select ${select}
from ${ROWS} as "C" left join ${REFERENCED} as "R" on ${column} = ${held}
where ${all(own(check.filter), `not ${missingSql(column, check.missing)}`, own(invalid))}`;
}

/**
 * The column, told from those of the reference data. In an expression each mention of its name is, as in Soda: also in a text,
 * and in double quotes, which the server then refuses.
 */
function ofContract({ column, columnExpression }: InvalidCheck): string {
  const name = column ?? '';
  if (columnExpression === null) return `"C".${identifier(name)}`;
  const mention = new RegExp(`${EDGE}${name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}${EDGE}`, 'gu');
  return `(${columnExpression.replace(mention, () => `"C".${name}`)})`;
}

const LETTER = '[\\p{L}\\p{N}_]';
/** Where a word begins or ends, in any script: beside a name that begins with `$` it is a letter that makes one. */
const EDGE = `(?:(?<=${LETTER})(?!${LETTER})|(?<!${LETTER})(?=${LETTER}))`;

/** A null in the list is a test of its own, joined by `or` for a list of what is accepted and by `and` for what is refused. */
function inList(column: string, values: readonly Literal[], join: ' or ' | ' and '): string {
  const listed = values.filter((value) => value !== null).map(literalSql);
  const clauses = [
    listed.length > 0 ? `${column} in (${listed.join(', ')})` : null,
    values.includes(null) ? `${column} is null` : null,
  ];
  const stated = clauses.filter((clause) => clause !== null);
  return stated.length === 0 ? 'false' : `(${stated.join(join)})`;
}

function literalSql(value: Literal): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return String(value);
  if (value.type === 'integer' || value.type === 'decimal') return value.text;
  return `date ${quotedText(value.text)}`;
}

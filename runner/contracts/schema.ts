import { literal, type Relation } from '../util/sql.ts';
import type { Measurement } from './measure.ts';
import type { ColumnSpec, SchemaCheck } from './types.ts';

/** A column as the catalogue has it. */
export type ActualColumn = Pick<
  ColumnSpec,
  'name' | 'dataType' | 'characterMaximumLength' | 'numericPrecision' | 'numericScale' | 'datetimePrecision'
>;

/**
 * The columns of a table, view, materialized view, partitioned or foreign table, in order; no row when there is none. Of a schema
 * that the role must not use as well, where `to_regclass` fails.
 * A domain counts as the type it is made from (and then has no length), an array as `ARRAY`; type names are without parameters.
 */
export function schemaQuery(relation: Relation): string {
  return `select
  a.attname,
  case
    when t.typelem <> 0 then 'ARRAY'
    when t.typnamespace = 'pg_catalog'::regnamespace then trim('"' from pg_catalog.format_type(t.oid, null))
    else t.typname
  end,
  case when a.atttypid in ('bpchar'::regtype, 'varchar'::regtype) then m.modifier - 4 end,
  case when a.atttypid = 'numeric'::regtype then ((m.modifier - 4) >> 16) & 65535 end,
  case when a.atttypid = 'numeric'::regtype then (((m.modifier - 4) & 2047) # 1024) - 1024 end,
  case when a.atttypid in ('timestamp'::regtype, 'timestamptz'::regtype, 'time'::regtype, 'timetz'::regtype) then m.modifier end
from pg_catalog.pg_attribute a
join pg_catalog.pg_type declared on declared.oid = a.atttypid
join pg_catalog.pg_type t on t.oid = case when declared.typtype = 'd' then declared.typbasetype else declared.oid end
cross join lateral (select nullif(a.atttypmod, -1) as modifier) m
where a.attrelid = (
    select c.oid
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${literal(relation.schema)} and c.relname = ${literal(relation.name)} and c.relkind in ('r', 'p', 'v', 'm', 'f')
  )
  and a.attnum > 0 and not a.attisdropped
order by a.attnum`;
}

export function toActualColumn(row: readonly (string | null)[]): ActualColumn {
  const [name, dataType, length, precision, scale, datetime] = row;
  const number = (text: string | null | undefined): number | null =>
    text === null || text === undefined ? null : Number(text);
  return {
    name: name ?? '',
    dataType: dataType ?? '',
    characterMaximumLength: number(length),
    numericPrecision: number(precision),
    numericScale: number(scale),
    datetimePrecision: number(datetime),
  };
}

/** The value counts columns missing, extra or of another type; a mere difference of order counts none. */
export function compareSchema(
  check: SchemaCheck,
  expected: readonly ColumnSpec[],
  actual: readonly ActualColumn[],
): Measurement {
  const missing = expected.filter((spec) => !actual.some(({ name }) => name === spec.name)).map(({ name }) => name);
  const unknown = actual.filter((column) => !expected.some(({ name }) => name === column.name)).map(({ name }) => name);
  const extra = check.allowExtraColumns ? [] : unknown;
  const mistyped = expected.flatMap((spec) => {
    const column = actual.find(({ name }) => name === spec.name);
    return (column && typeProblem(spec, column)) ?? [];
  });
  const places = actual
    .map(({ name }) => expected.findIndex((spec) => spec.name === name))
    .filter((place) => place !== -1);
  const misplaced = !check.allowOtherColumnOrder && places.some((place, index) => place < (places[index - 1] ?? 0));
  const common = (names: readonly { readonly name: string }[], others: readonly { readonly name: string }[]): string =>
    names.flatMap(({ name }) => (others.some((other) => other.name === name) ? [name] : [])).join(', ');
  const parts = [
    missing.length > 0 ? `missing: ${missing.join(', ')}` : '',
    extra.length > 0 ? `extra: ${extra.join(', ')}` : '',
    mistyped.length > 0 ? `of another type: ${mistyped.join('; ')}` : '',
    misplaced ? `order: found ${common(actual, expected)}, expected ${common(expected, actual)}` : '',
  ].filter(Boolean);
  return {
    outcome: parts.length === 0 ? 'PASSED' : 'FAILED',
    value: missing.length + extra.length + mistyped.length,
    message: parts.join('. ') || `${actual.length} columns as in the contract`,
  };
}

const SAME: readonly (readonly string[])[] = [
  ['varchar', 'character varying'],
  ['char', 'character'],
  ['integer', 'int', 'int4'],
  ['bigint', 'int8'],
  ['smallint', 'int2'],
  ['real', 'float4'],
  ['double precision', 'float8'],
  ['timestamp', 'timestamp without time zone'],
  ['decimal', 'numeric'],
];

/** Length, precision and scale count only where the contract states them beside a type. */
function typeProblem(spec: ColumnSpec, actual: ActualColumn): string | null {
  if (spec.dataType === null) return null;
  const [stated, found] = [spec.dataType.toLowerCase(), (actual.dataType ?? '').toLowerCase()];
  const sameName = stated === found || SAME.some((group) => group.includes(stated) && group.includes(found));
  const parameters = PARAMETERS.filter(({ key }) => spec[key] !== null);
  if (sameName && parameters.every(({ key }) => spec[key] === actual[key])) return null;
  const shown = (column: ActualColumn): string =>
    [column.dataType, ...parameters.map(({ key, word }) => `${word} ${column[key] ?? 'none'}`)].join(' ');
  return `${spec.name} is ${shown(actual)}, expected ${shown(spec)}`;
}

const PARAMETERS = [
  { key: 'characterMaximumLength', word: 'length' },
  { key: 'numericPrecision', word: 'precision' },
  { key: 'numericScale', word: 'scale' },
  { key: 'datetimePrecision', word: 'precision' },
] as const;

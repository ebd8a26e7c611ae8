import type { MapReader } from '../util/yaml-map.ts';
import type { ColumnSpec } from './types.ts';

/** A type as the schema check compares it, with its parameters. */
export type DataType = Pick<
  ColumnSpec,
  'dataType' | 'characterMaximumLength' | 'numericPrecision' | 'numericScale' | 'datetimePrecision'
>;

/** The keys of a column that say a type. */
export const TYPE_KEYS = [
  ...['data_type', 'character_maximum_length', 'numeric_precision', 'numeric_scale', 'datetime_precision'],
];

/** The parameters that Soda reads of a table, each with the types that it reads it of. */
const CHARACTER = ['varchar', 'character varying', 'char', 'character'];
const NUMERIC = ['numeric', 'decimal'];
const TIMES = ['timestamp', 'timestamp without time zone', 'timestamp with time zone', 'time with time zone'];

/**
 * Reads the type of a column. A name, or a parameter, that Soda finds in no table is a fault, `CONTRACT_TYPE`: a check of it could only
 * fail, and most of them are names that PostgreSQL itself knows.
 */
export function readDataType(map: MapReader): DataType {
  const dataType = map.text('data_type');
  const known = dataType === null ? null : nameToWrite(dataType.trim().toLowerCase());
  if (known !== null)
    map.fault(
      {
        code: 'CONTRACT_TYPE',
        message: `a column is never of type "${dataType}"`,
        expected: `data_type: ${known}`,
        found: dataType ?? '',
        hint: HINT,
      },
      'data_type',
    );
  const parameter = (key: string, types: readonly string[]): number | null => {
    const value = map.read(key, whole, 'a whole number');
    if (value !== null && known === null && !types.includes(dataType?.toLowerCase() ?? '')) {
      const message = `"${key}" is not compared for ${dataType === null ? 'a column without "data_type"' : `type "${dataType}"`}`;
      map.fault(
        { code: 'CONTRACT_TYPE', message, expected: `data_type: ${types.join(', ')}`, found: `${key}: ${value}` },
        key,
      );
    }
    return value;
  };
  return {
    dataType,
    characterMaximumLength: parameter('character_maximum_length', CHARACTER),
    numericPrecision: parameter('numeric_precision', NUMERIC),
    numericScale: parameter('numeric_scale', NUMERIC),
    datetimePrecision: parameter('datetime_precision', TIMES),
  };
}

const HINT =
  'Soda compares the name of the catalogue, an array as ARRAY, and length and precision under keys of their own.';

const OTHER_NAMES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bpchar: 'char',
  varbit: 'bit varying',
  float: 'double precision',
  timestamptz: 'timestamp with time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
  serial: 'integer',
  bigserial: 'bigint',
  smallserial: 'smallint',
  name: 'ARRAY',
};

/** In place of a name that is never found; `null` for one that may be. */
function nameToWrite(name: string): string | null {
  if (name.endsWith(']')) return 'ARRAY';
  const [, before, parameters = '', after = ''] = /^([^(]*?)\s*\(([^)]*)\)(.*)$/.exec(name) ?? [];
  if (before === undefined) return OTHER_NAMES[name] ?? null;
  const bare = `${before}${after}`;
  const type = OTHER_NAMES[bare] ?? bare;
  const keys = CHARACTER.includes(type)
    ? ['character_maximum_length']
    : NUMERIC.includes(type)
      ? ['numeric_precision', 'numeric_scale']
      : TIMES.includes(type)
        ? ['datetime_precision']
        : [];
  return [
    type,
    ...parameters.split(',').flatMap((value, index) => (keys[index] ? [`${keys[index]}: ${value.trim()}`] : [])),
  ].join(', ');
}

function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

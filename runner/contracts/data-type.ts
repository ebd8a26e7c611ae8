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

/** The types of which Soda reads a parameter, with the keys that state it, in the order of SQL. */
const PARAMETERS: readonly { readonly types: readonly string[]; readonly keys: readonly string[] }[] = [
  { types: ['varchar', 'character varying', 'char', 'character'], keys: ['character_maximum_length'] },
  { types: ['numeric', 'decimal'], keys: ['numeric_precision', 'numeric_scale'] },
  {
    types: ['timestamp', 'timestamp without time zone', 'timestamp with time zone', 'time with time zone'],
    keys: ['datetime_precision'],
  },
];

/**
 * Reads the type of a column. A name, or a parameter, that Soda finds in no table is a fault, `CONTRACT_TYPE`: a check of it
 * could only fail, and most of them are names that PostgreSQL itself knows.
 */
export function readDataType(map: MapReader): DataType {
  const dataType = map.text('data_type');
  const better = dataType === null ? null : nameToWrite(dataType.trim().toLowerCase());
  const refuse = (key: string, message: string, expected: string): null =>
    map.fault({ code: 'CONTRACT_TYPE', message, expected: `data_type: ${expected}`, hint: HINT }, key);
  if (better !== null) refuse('data_type', `a column is never of type "${dataType}"`, better);
  const parameter = (key: string): number | null => {
    const value = map.read(key, whole, 'a whole number');
    const types = PARAMETERS.find(({ keys }) => keys.includes(key))?.types ?? [];
    if (value !== null && better === null && !types.includes(dataType?.toLowerCase() ?? '')) {
      const what = dataType === null ? 'a column without "data_type"' : `type "${dataType}"`;
      refuse(key, `"${key}" is not compared for ${what}`, types.join(', '));
    }
    return value;
  };
  return {
    dataType,
    characterMaximumLength: parameter('character_maximum_length'),
    numericPrecision: parameter('numeric_precision'),
    numericScale: parameter('numeric_scale'),
    datetimePrecision: parameter('datetime_precision'),
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
  const keys = PARAMETERS.find(({ types }) => types.includes(type))?.keys ?? [];
  const stated = parameters.split(',').map((value, index) => keys[index] && `${keys[index]}: ${value.trim()}`);
  return [type, ...stated.filter(Boolean)].join(', ');
}

function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

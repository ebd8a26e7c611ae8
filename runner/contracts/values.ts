import type { MapReader } from '../util/yaml-map.ts';
import { isLiteral } from './scalar.ts';
import type { Format, Literal, MissingRule, Quantity, Reference, ValidityRule } from './types.ts';

export const MISSING_KEYS = ['missing_values', 'missing_format'];
export const VALIDITY_KEYS = [
  ...['valid_values', 'invalid_values', 'valid_format', 'invalid_format', 'valid_min', 'valid_max'],
  ...['valid_length', 'valid_min_length', 'valid_max_length', 'valid_reference_data'],
];

/** Which values are missing; `null` when the map says nothing of it. */
export function readMissing(map: MapReader): MissingRule | null {
  if (MISSING_KEYS.every((key) => map.get(key) === null)) return null;
  return { values: literals(map, 'missing_values'), format: format(map, 'missing_format') };
}

/** Which values are valid; `null` when the map says nothing of it. */
export function readValidity(map: MapReader): ValidityRule | null {
  if (VALIDITY_KEYS.every((key) => map.get(key) === null)) return null;
  return {
    validValues: literals(map, 'valid_values'),
    invalidValues: literals(map, 'invalid_values'),
    validFormat: format(map, 'valid_format'),
    invalidFormat: format(map, 'invalid_format'),
    validMin: readQuantity(map, 'valid_min'),
    validMax: readQuantity(map, 'valid_max'),
    validLength: readLength(map, 'valid_length'),
    validMinLength: readLength(map, 'valid_min_length'),
    validMaxLength: readLength(map, 'valid_max_length'),
    reference: reference(map),
  };
}

export const NO_MISSING: MissingRule = { values: null, format: null };
export const NO_VALIDITY: ValidityRule = {
  validValues: null,
  invalidValues: null,
  validFormat: null,
  invalidFormat: null,
  validMin: null,
  validMax: null,
  validLength: null,
  validMinLength: null,
  validMaxLength: null,
  reference: null,
};

export function readQuantity(map: MapReader, key: string): Quantity | null {
  return map.read(key, quantity, 'a number, without quotes');
}

function readLength(map: MapReader, key: string): number | null {
  return map.read(key, (value) => (Number.isInteger(value) ? Number(value) : undefined), 'a whole number');
}

function quantity(value: unknown): Quantity | undefined {
  if (!isLiteral(value) || value === null) return undefined;
  if (typeof value === 'object') {
    if (value.type === 'decimal') return Number(value.text);
    return value.type === 'integer' ? value.text : undefined;
  }
  return typeof value === 'number' ? value : undefined;
}

/**
 * The name of a column. Soda does not double a double quote in it, so that the server would refuse every query; and beside
 * reference data a backslash in it has a meaning.
 */
export function readName(map: MapReader, key: string): string | null {
  return map.read(key, nameOf, 'a name, without double quotes and backslashes');
}

export function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[^"\\]+$/.test(value) ? value : undefined;
}

/** The name of a table, `datasource/database/schema/table`. */
export function readDataset(map: MapReader): string {
  const form = 'datasource/database/schema/table';
  const name = (value: unknown): string | undefined =>
    typeof value === 'string' && /^[^/"]+(\/[^/"]+){3}$/.test(value) ? value : undefined;
  return map.read('dataset', name, form) ?? map.missing('dataset', form) ?? '';
}

/** Soda turns a list of nothing but null into `in ()`, which the server refuses, as it does an empty list of missing values. */
function literals(map: MapReader, key: string): readonly Literal[] | null {
  const list = map.list(key);
  if (list === null) return null;
  if (!list.every(isLiteral)) return map.wrong(key, 'a list of texts, numbers, dates or booleans');
  const unclear = list.find((item) => typeof item === 'object' && item?.type === 'unclear');
  if (typeof unclear === 'object' && unclear) return map.wrong(key, `'${unclear.text}' in quotes`);
  const empty = key === 'missing_values' ? list.length === 0 : list.length > 0 && list.every((item) => item === null);
  return empty ? map.wrong(key, 'at least one value that is not null') : list;
}

function format(map: MapReader, key: string): Format | null {
  if (map.get(key) === null) return null;
  const rule = map.map(key, ['regex', 'name'], `"${key}" of ${map.what}`);
  return {
    regex: rule.text('regex') ?? rule.missing('regex', 'a PostgreSQL regular expression') ?? '',
    name: rule.text('name') ?? rule.missing('name', 'what the format is called') ?? '',
  };
}

function reference(map: MapReader): Reference | null {
  const key = 'valid_reference_data';
  if (map.get(key) === null) return null;
  const rule = map.map(key, ['dataset', 'column'], `"${key}" of ${map.what}`);
  const [, , schema = '', table = ''] = readDataset(rule).split('/');
  const column = readName(rule, 'column') ?? rule.missing('column', 'the column that holds the valid values') ?? '';
  return { schema, table, column };
}

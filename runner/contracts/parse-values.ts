import type { MapReader } from './map-reader.ts';
import type { Format, Literal, MissingRule, Reference, ValidityRule } from './types.ts';

/** The keys that say which values are missing; `null` when the map states none. */
export function readMissing(map: MapReader | null): MissingRule | null {
  if (map === null) return null;
  const values = listed(map, 'missing_values', true);
  const format = readFormat(map, 'missing_format');
  return stated(map, ['missing_values', 'missing_format']) ? { values, format } : null;
}

/** The keys that say which values are valid; `null` when the map states none. */
export function readValidity(map: MapReader | null): ValidityRule | null {
  if (map === null) return null;
  const rule: ValidityRule = {
    validValues: listed(map, 'valid_values', false),
    invalidValues: listed(map, 'invalid_values', false),
    validFormat: readFormat(map, 'valid_format'),
    invalidFormat: readFormat(map, 'invalid_format'),
    validMin: map.quantity('valid_min'),
    validMax: map.quantity('valid_max'),
    validLength: map.quantity('valid_length'),
    validMinLength: map.quantity('valid_min_length'),
    validMaxLength: map.quantity('valid_max_length'),
    reference: readReference(map),
  };
  return stated(map, VALIDITY_KEYS) ? rule : null;
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

const VALIDITY_KEYS = [
  'valid_values',
  'invalid_values',
  'valid_format',
  'invalid_format',
  'valid_min',
  'valid_max',
  'valid_length',
  'valid_min_length',
  'valid_max_length',
  'valid_reference_data',
];

/** A key at fault counts as stated: it would mislead to say also that there is none. */
function stated(map: MapReader, keys: readonly string[]): boolean {
  return keys.some((key) => map.child(key) !== null);
}

/** Soda turns a list of nothing but null into `in ()`, which the server refuses, as it does an empty list of missing values. */
function listed(map: MapReader, key: string, never: boolean): readonly Literal[] | null {
  const literals = map.literals(key);
  if (literals === null) return null;
  const empty =
    literals.length === 0 ? never : key !== 'missing_values' && literals.every((literal) => literal === null);
  return empty ? map.wrong(key, 'at least one value that is not null') : literals;
}

function readFormat(map: MapReader, key: string): Format | null {
  const format = map.map(key, `"${key}" of ${map.what}`);
  if (format === null) return null;
  const regex = format.required('regex', format.text('regex'), "a PostgreSQL regular expression, a ' in it doubled");
  const name = format.required('name', format.text('name'), 'what the format is called');
  format.close();
  return regex === null || name === null ? null : { regex, name };
}

function readReference(map: MapReader): Reference | null {
  const reference = map.map('valid_reference_data', `"valid_reference_data" of ${map.what}`);
  if (reference === null) return null;
  const dataset = reference.required('dataset', reference.text('dataset'), 'datasource/database/schema/table');
  const column = reference.required('column', reference.text('column'), 'the column that holds the valid values');
  reference.close();
  if (dataset === null || column === null) return null;
  const parts = dataset.split('/');
  const [schema, table] = parts.slice(-2);
  if (parts.length !== 4 || parts.includes('') || schema === undefined || table === undefined) {
    return reference.wrong('dataset', 'datasource/database/schema/table');
  }
  return { schema, table, column };
}

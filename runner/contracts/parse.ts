import { RunnerError } from '../errors.ts';
import { type ContractSource, openContract } from './contract-source.ts';
import { type MapReader, readMap } from './map-reader.ts';
import { readAttributes, readChecks } from './parse-checks.ts';
import { readMissing, readValidity } from './parse-values.ts';
import { scalarOf } from './scalar.ts';
import type { CheckScope } from './scope.ts';
import type { Check, ColumnSpec, Contract } from './types.ts';
import { readVariables, type VariableValue } from './variables.ts';

export interface ParseOptions {
  /** Values for the contract's variables, over their defaults. */
  readonly variables?: Readonly<Record<string, VariableValue>>;
  /** What `${soda.NOW}` and `${soda.DATA_TIMESTAMP}` stand for; the time of the call unless told. */
  readonly clock?: Date;
}

/**
 * Reads a contract strictly. Where Soda ignores a key that it does not know, or goes on without a verdict, this is a fault:
 * a slip of the pen must not become a check that never fails.
 * @param file shown in faults, as it stands
 * @throws RunnerError with every fault of the file; the codes begin with `CONTRACT_`
 */
export function parseContract(text: string, file: string, options: ParseOptions = {}): Contract {
  const source = openContract(text, file);
  const map = readMap(source, source.root, 'the contract');
  const contract = map && readContract(source, map, options);
  if (source.faults.length > 0 || !contract) {
    throw new RunnerError(
      source.faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
    );
  }
  return contract;
}

function readContract(source: ContractSource, map: MapReader, { variables: given, clock }: ParseOptions): Contract {
  const variables = readVariables(source, map.map('variables', '"variables"'), given ?? {}, clock ?? new Date());
  source.fill = variables.fill;
  const kind = map.text('kind');
  if (kind !== null && kind !== 'contract') map.wrong('kind', 'contract');
  const scope: CheckScope = {
    source,
    column: null,
    columnExpression: null,
    missing: null,
    validity: null,
    attributes: readAttributes(map, 'check_attributes'),
    variable: variables.get,
  };
  const paths = new Map<string, number>();
  const head = {
    file: source.file,
    dataset: readDataset(map),
    filter: readFilter(map),
    description: map.note('description'),
    grain: map.note('grain'),
    owner: map.note('owner'),
    tags: map.notes('tags'),
    declassify: map.plain('declassify'),
  };
  const checks = readChecks(map, scope, paths);
  const columns = readColumns(map, scope, paths);
  map.close();
  return {
    ...head,
    columns: columns.map(({ spec }) => spec),
    checks: [...checks, ...columns.flatMap((column) => column.checks)],
  };
}

function readDataset(map: MapReader): string {
  const expected = 'datasource/database/schema/table';
  const dataset = map.required('dataset', map.text('dataset'), expected);
  const parts = dataset?.split('/') ?? [];
  if (dataset !== null && (parts.length !== 4 || parts.includes(''))) map.wrong('dataset', expected);
  return dataset ?? '';
}

function readFilter(map: MapReader): string | null {
  const filter = map.text('filter');
  return filter !== null && filter.trim() === '' ? map.wrong('filter', 'an SQL condition') : filter;
}

interface Column {
  readonly spec: ColumnSpec;
  readonly checks: readonly Check[];
}

function readColumns(map: MapReader, scope: CheckScope, paths: Map<string, number>): readonly Column[] {
  const items = map.required('columns', map.items('columns'), 'a list, [] for none') ?? [];
  const lines = new Map<string, number>();
  return items.flatMap((item) => {
    const column = readMap(scope.source, item, 'a column', item ?? map.place('columns'));
    return column ? (readColumn(column, scope, paths, lines) ?? []) : [];
  });
}

function readColumn(
  map: MapReader,
  scope: CheckScope,
  paths: Map<string, number>,
  lines: Map<string, number>,
): Column | null {
  const name = map.required('name', map.text('name'), 'the name of the column');
  const line = scope.source.line(map.node);
  const spec = {
    dataType: map.text('data_type'),
    characterMaximumLength: map.count('character_maximum_length'),
    numericPrecision: map.count('numeric_precision'),
    numericScale: map.count('numeric_scale'),
    datetimePrecision: map.count('datetime_precision'),
    description: map.note('description'),
    personal: readPersonal(map),
    tags: map.notes('tags'),
    line,
  };
  const first = name === null ? undefined : lines.get(name);
  if (first !== undefined) {
    scope.source.fault(map.node, {
      code: 'CONTRACT_COLUMN_TWICE',
      message: `column "${name}" stands twice`,
      found: `also at line ${first}`,
    });
  }
  const own = {
    column: name ?? '?',
    columnExpression: map.text('column_expression'),
    missing: readMissing(map),
    validity: readValidity(map),
  };
  // The checks of a column at fault have no identity to compare.
  const checks = readChecks(map, { ...scope, ...own }, name === null || first !== undefined ? new Map() : paths);
  map.close();
  if (name === null || first !== undefined) return null;
  lines.set(name, line);
  return { spec: { name, ...spec }, checks };
}

/** `true`, or the kind of personal data as a text. */
function readPersonal(map: MapReader): string | null {
  const child = map.child('personal');
  const literal = child && scalarOf(child);
  if (literal === null || literal === false) return null;
  if (literal === true) return 'personal';
  return typeof literal === 'string' ? literal : map.wrong('personal', 'true, false or the kind of personal data');
}

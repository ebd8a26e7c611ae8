import { type Fault, RunnerError } from '../errors.ts';
import { hashWithoutPlaces } from '../util/hash.ts';
import { openYaml, type YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import type { CheckScope } from './check-types.ts';
import { readAttributes, readChecks } from './checks.ts';
import { readDataType, TYPE_KEYS } from './data-type.ts';
import { readDeclassify } from './declassify.ts';
import { sodaScalar } from './scalar.ts';
import type { Check, ColumnSpec, Contract } from './types.ts';
import { MISSING_KEYS, readDataset, readMissing, readName, readValidity, VALIDITY_KEYS } from './values.ts';
import { readVariables, type VariableValue } from './variables.ts';

export interface ParseOptions {
  /** Values for the contract's variables, over their defaults. */
  readonly variables?: Readonly<Record<string, VariableValue>>;
}

const CODES = {
  syntax: 'CONTRACT_YAML',
  unknown: 'CONTRACT_KEY_UNKNOWN',
  missing: 'CONTRACT_KEY_MISSING',
  value: 'CONTRACT_VALUE',
};
const CONTRACT_KEYS = [
  ...['dataset', 'columns', 'checks', 'filter', 'variables', 'check_attributes', 'kind'],
  // Ours, which Soda ignores.
  ...['description', 'grain', 'owner', 'tags', 'declassify'],
];
const COLUMN_KEYS = [
  ...['name', ...TYPE_KEYS, 'column_expression', 'checks', ...MISSING_KEYS, ...VALIDITY_KEYS],
  ...['description', 'personal', 'tags'],
];

/**
 * Reads a contract strictly. Where Soda ignores a key that it does not know, or goes on without a verdict, this is a fault:
 * a slip of the pen must not become a check that never fails. What is read after a fault is of no use, and is not given.
 * @param file shown in faults, as it stands
 * @throws RunnerError with every fault of the file; the codes begin with `CONTRACT_`
 */
export function parseContract(text: string, file: string, { variables = {} }: ParseOptions = {}): Contract {
  const yaml = openYaml(text, file, { codes: CODES, scalar: sodaScalar });
  if (yaml.faults().length > 0) throw new RunnerError(yaml.faults().map(withHint));
  const { fill, get } = readVariables(yaml, variables);
  const map = yaml.map(text.includes('${') ? fill(yaml.value, []) : yaml.value, [], CONTRACT_KEYS, 'the contract');
  const scope: CheckScope = {
    yaml,
    column: null,
    columnExpression: null,
    missing: null,
    validity: null,
    attributes: readAttributes(map, 'check_attributes'),
    variable: get,
    paths: new Map(),
  };
  const checks = readChecks(map, scope);
  const columns = readColumns(yaml, map, scope);
  if ((map.text('kind') ?? 'contract') !== 'contract') map.wrong('kind', 'contract');
  const contract: Omit<Contract, 'hash'> = {
    file,
    dataset: readDataset(map),
    filter: map.filled('filter')?.trim() ?? null,
    columns: columns.map(({ spec }) => spec),
    checks: [...checks, ...columns.flatMap((column) => column.checks)],
    description: map.text('description'),
    grain: map.text('grain'),
    owner: map.text('owner'),
    tags: map.texts('tags') ?? [],
    declassify: readDeclassify(
      yaml,
      map,
      columns.map(({ spec }) => spec),
    ),
  };
  if (yaml.faults().length > 0) throw new RunnerError(yaml.faults());
  return { ...contract, hash: hashWithoutPlaces(contract) };
}

function withHint(fault: Fault): Fault {
  return fault.source?.includes('${') ? { ...fault, hint: `Put a variable in quotes: "\${var.NAME}".` } : fault;
}

interface Column {
  readonly spec: ColumnSpec;
  readonly checks: readonly Check[];
}

function readColumns(yaml: YamlFile, contract: MapReader, scope: CheckScope): readonly Column[] {
  contract.missing('columns', 'a list, [] for none');
  const lines = new Map<string, number>();
  return contract.maps('columns', COLUMN_KEYS, 'a column').map((map) => {
    const name = readName(map, 'name') ?? map.missing('name', 'the name of the column') ?? '';
    const spec: ColumnSpec = {
      name,
      ...readDataType(map),
      description: map.text('description'),
      personal:
        map.get('personal') === false
          ? null
          : map.read('personal', kindsOf, 'true, false or the kinds of personal data'),
      tags: map.texts('tags') ?? [],
      line: yaml.line(map.path),
    };
    const first = lines.get(name);
    if (first !== undefined) {
      const message = `column "${name}" stands twice`;
      const hint = 'Put the checks of both under one, and remove the other.';
      map.fault({ code: 'CONTRACT_COLUMN_TWICE', message, found: `also at line ${first}`, hint });
    }
    if (name !== '') lines.set(name, spec.line);
    const checks = readChecks(map, {
      ...scope,
      column: name,
      columnExpression: map.text('column_expression')?.trim() || null,
      missing: readMissing(map),
      validity: readValidity(map),
      // The checks of a column at fault have no identity to compare.
      paths: first === undefined && name !== '' ? scope.paths : new Map(),
    });
    return { spec, checks };
  });
}

/** The kinds of personal data, or only that it is. */
function kindsOf(value: unknown): readonly string[] | undefined {
  const kinds: unknown = value === true ? ['personal'] : typeof value === 'string' ? [value] : value;
  return Array.isArray(kinds) && kinds.length > 0 && kinds.every((kind) => typeof kind === 'string')
    ? kinds
    : undefined;
}

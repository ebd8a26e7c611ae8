import { didYouMean } from '../util/suggest.ts';
import type { Path } from '../util/yaml.ts';
import { isRecord, type MapReader } from '../util/yaml-map.ts';
import { CHECK_RULES, type CheckScope, COMMON_KEYS, readCheckOf } from './check-types.ts';
import { untyped } from './scalar.ts';
import type { Check, CheckType } from './types.ts';

const TYPES = Object.keys(CHECK_RULES) as readonly CheckType[];

/**
 * Reads the `checks` list of the dataset or of a column. Faults: `CONTRACT_CHECKS_EMPTY`, `CONTRACT_CHECK_SHAPE`,
 * `CONTRACT_CHECK_UNKNOWN`, `CONTRACT_CHECK_PLACE`, `CONTRACT_CHECK_TWICE` and those of the keys.
 */
export function readChecks(owner: MapReader, scope: CheckScope): readonly Check[] {
  const items = owner.list('checks');
  if (items?.length === 0 || owner.value.checks === null) {
    const expected = 'at least one check, or no "checks" key';
    owner.fault(
      {
        code: 'CONTRACT_CHECKS_EMPTY',
        message: 'a list of checks is not empty',
        expected,
        found: items ? '[]' : 'nothing',
      },
      'checks',
    );
  }
  return (items ?? []).flatMap((item, index) => {
    const path = [...owner.path, 'checks', index];
    const type = typeOf(item, path, scope);
    return type ? [readCheck(type, item, [...path, type], scope)] : [];
  });
}

/** The item's one key. */
function typeOf(item: unknown, path: Path, { yaml, column }: CheckScope): CheckType | null {
  const place = column === null ? 'dataset' : 'column';
  const fault = (code: string, at: Path, message: string, found: string, hint?: string): null => {
    const types = TYPES.filter((type) => CHECK_RULES[type][place]).join(', ');
    return yaml.fault(at, { code, message, expected: `"- type:" with one of ${types}`, found, hint });
  };

  const keys = isRecord(item) ? Object.keys(item) : [];
  const [name] = keys;
  if (name === undefined || keys.length > 1) {
    const found = keys.join(', ') || yaml.shown(item, path);
    const colon = typeof item === 'string' ? `Write "- ${item}:", with the colon.` : undefined;
    const hint = keys.length > 1 ? 'The keys of a check are indented deeper than its type.' : colon;
    return fault('CONTRACT_CHECK_SHAPE', path, 'a check is a map of one key, its type', found, hint);
  }
  if (/^\{\s*\w+:\}$/.test(yaml.shown(item, path))) {
    const message = 'the colon and the bracket stand together, and Soda takes both for the name';
    return yaml.fault(path, { code: 'CONTRACT_CHECK_SHAPE', message, expected: `{${name}: }`, found: `{${name}:}` });
  }
  const at = [...path, name];
  const type = TYPES.find((candidate) => candidate === name);
  if (!type)
    return fault('CONTRACT_CHECK_UNKNOWN', at, `"${name}" is not a type of check`, name, didYouMean(name, TYPES));
  if (CHECK_RULES[type][place]) return type;
  const where = column === null ? 'the dataset' : 'a column';
  return fault('CONTRACT_CHECK_PLACE', at, `check "${type}" does not go under ${where}`, type);
}

function readCheck(type: CheckType, item: unknown, path: Path, scope: CheckScope): Check {
  const { yaml, column } = scope;
  const rule = CHECK_RULES[type];
  const keys = [...COMMON_KEYS, ...((column === null ? rule.dataset : rule.column) ?? [])];
  const map = yaml.map((item as Record<string, unknown>)[type] ?? {}, path, keys, `check "${type}"`);
  const qualifier = map.read('qualifier', qualifierOf, 'a short text') || null;
  const identity = [...(column === null ? [] : ['columns', column]), 'checks', type, ...(qualifier ? [qualifier] : [])];
  const check = readCheckOf(type, map, scope, {
    path: identity.join('.'),
    column,
    qualifier,
    name: map.text('name') ?? '',
    filter: map.text('filter')?.trim() || null,
    columnExpression: map.text('column_expression')?.trim() || scope.columnExpression,
    attributes: { ...scope.attributes, ...readAttributes(map, 'attributes') },
    line: yaml.line(path),
  });
  map.flag('store_failed_rows');
  const first = scope.paths.get(check.path);
  if (first !== undefined) {
    const where = column === null ? 'at the dataset' : `under column "${column}"`;
    map.fault({
      code: 'CONTRACT_CHECK_TWICE',
      message: `check "${type}" stands twice ${where}: nothing tells the two apart`,
      expected: 'a "qualifier" of its own',
      found: `${check.path}, also at line ${first}`,
    });
  }
  scope.paths.set(check.path, first ?? check.line);
  return map.get('name') === null ? { ...check, name: defaultName(check) } : check;
}

/** What a check is called when the contract does not say. */
function defaultName(check: Check): string {
  const { column, qualifier } = check;
  const name = nameOf(check, column === null ? '' : ` of ${column}`);
  return qualifier === null ? name : `${name} (${qualifier})`;
}

function nameOf(check: Check, of: string): string {
  switch (check.type) {
    case 'schema':
      return 'schema';
    case 'row_count':
      return `row count${of}`;
    case 'missing':
    case 'invalid':
      return `${check.type} values${of}`;
    case 'duplicate':
      return `duplicates of ${check.columns?.join(', ') ?? check.column}`;
    case 'aggregate':
      return `${check.function.replace('_', ' ')}${of}`;
    case 'metric':
      return `metric${of}`;
    case 'failed_rows':
      return `failed rows${of}`;
    case 'freshness':
      return `freshness of ${check.of}`;
  }
}

function qualifierOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** A map of anything, for people and other tools. */
export function readAttributes(map: MapReader, key: string): Readonly<Record<string, unknown>> {
  return map.get(key) === null ? {} : (untyped(map.map(key).value) as Readonly<Record<string, unknown>>);
}

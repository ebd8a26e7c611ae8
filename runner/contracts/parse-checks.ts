import { isMap, isScalar, type Node } from 'yaml';
import { didYouMean } from '../util/suggest.ts';
import { defaultName } from './describe.ts';
import { type MapReader, readMap } from './map-reader.ts';
import { readBody } from './parse-body.ts';
import type { CheckScope } from './scope.ts';
import type { Check, CheckType } from './types.ts';

const DATASET_TYPES: readonly CheckType[] = ['schema', 'row_count', 'duplicate', 'metric', 'failed_rows', 'freshness'];
const COLUMN_TYPES: readonly CheckType[] = [
  'row_count',
  'missing',
  'invalid',
  'duplicate',
  'aggregate',
  'metric',
  'failed_rows',
];

/**
 * Reads the `checks` list of the dataset or of a column. A check at fault is left out, with a fault:
 * `CONTRACT_CHECKS_EMPTY`, `CONTRACT_CHECK_SHAPE`, `CONTRACT_CHECK_UNKNOWN`, `CONTRACT_CHECK_PLACE`, `CONTRACT_CHECK_TWICE`
 * and those of the keys.
 * @param paths the identities used so far in the contract → line; the new ones are added
 */
export function readChecks(owner: MapReader, scope: CheckScope, paths: Map<string, number>): readonly Check[] {
  const items = owner.items('checks') ?? [];
  if (items.length === 0 && owner.child('checks') !== null && Array.isArray(owner.plain('checks'))) {
    owner.source.fault(owner.place('checks'), {
      code: 'CONTRACT_CHECKS_EMPTY',
      message: 'a list of checks is not empty',
      expected: 'at least one check, or no "checks" key',
      found: '[]',
    });
  }
  return items.flatMap((item) => readCheck(item, owner.place('checks'), scope, paths) ?? []);
}

function readCheck(item: Node | null, list: Node, scope: CheckScope, paths: Map<string, number>): Check | null {
  const { source } = scope;
  const named = typedNode(item, list, scope);
  if (named === null) return null;
  const { type, node, value } = named;
  const what = `check "${type}"`;
  const map = value === null ? null : readMap(source, value, what, node);
  if (value !== null && map === null) return null;

  const qualifier = readQualifier(map);
  const common = {
    column: scope.column,
    qualifier,
    filter: map?.text('filter') || null,
    columnExpression: map?.text('column_expression') ?? scope.columnExpression,
    attributes: { ...scope.attributes, ...readAttributes(map, 'attributes') },
    line: source.line(node),
  };
  const stated = map?.text('name') ?? null;
  // Of Soda Cloud: allowed, without effect.
  map?.flag('store_failed_rows');
  const body = readBody(type, map, scope, { source, node, what });
  map?.close();

  const path = `${scope.column === null ? '' : `columns.${scope.column}.`}checks.${type}${qualifier ? `.${qualifier}` : ''}`;
  const first = paths.get(path);
  if (first !== undefined) {
    source.fault(node, {
      code: 'CONTRACT_CHECK_TWICE',
      message: `${what} stands twice ${scope.column === null ? 'at the dataset' : `under column "${scope.column}"`}: nothing tells the two apart`,
      expected: 'a "qualifier" of its own',
      found: `${path}, also at line ${first}`,
    });
    return null;
  }
  paths.set(path, common.line);
  return body && { ...common, ...body, path, name: stated ?? defaultName(body, scope.column, qualifier) };
}

/** The item's one key, which is the type. */
function typedNode(
  item: Node | null,
  list: Node,
  scope: CheckScope,
): { type: CheckType; node: Node; value: Node | null } | null {
  const { source, column } = scope;
  const fault = (code: string, at: Node, message: string, found: string, hint?: string): null => {
    const types = column === null ? DATASET_TYPES : COLUMN_TYPES;
    source.fault(at, { code, message, expected: `"- type:" with one of ${types.join(', ')}`, found, hint });
    return null;
  };
  if (!isMap(item)) {
    const text = isScalar(item) ? String(item.value) : 'no map';
    const hint = isScalar(item) ? `Write "- ${text}:", with the colon.` : undefined;
    return fault('CONTRACT_CHECK_SHAPE', item ?? list, 'a check is a map of one key, its type', text, hint);
  }
  const [first, ...others] = source.entries(item);
  if (first === undefined || others.length > 0) {
    const found = first ? [first, ...others].map(([key]) => key).join(', ') : 'no key';
    return fault(
      'CONTRACT_CHECK_SHAPE',
      item,
      'a check is a map of one key, its type',
      found,
      'The keys of a check are indented deeper than its type.',
    );
  }
  const [name, { key, value }] = first;
  const known = [...new Set([...DATASET_TYPES, ...COLUMN_TYPES])];
  const type = known.find((candidate) => candidate === name);
  if (type === undefined)
    return fault('CONTRACT_CHECK_UNKNOWN', key, `"${name}" is not a type of check`, name, didYouMean(name, known));
  if (!(column === null ? DATASET_TYPES : COLUMN_TYPES).includes(type)) {
    return fault(
      'CONTRACT_CHECK_PLACE',
      key,
      `check "${type}" does not go under ${column === null ? 'the dataset' : 'a column'}`,
      type,
    );
  }
  return { type, node: key, value };
}

function readQualifier(map: MapReader | null): string | null {
  const child = map?.child('qualifier') ?? null;
  if (!map || child === null) return null;
  const literal = map.source.scalar(child);
  if (typeof literal === 'string') return literal || null;
  return typeof literal === 'number' ? String(literal) : map.wrong('qualifier', 'a short text');
}

/** A map of anything, for people and other tools. */
export function readAttributes(map: MapReader | null, key: string): Readonly<Record<string, unknown>> {
  if (!map || map.child(key) === null) return {};
  const value = map.plain(key);
  if (isMap(map.child(key))) return value as Readonly<Record<string, unknown>>;
  map.wrong(key, 'a map');
  return {};
}

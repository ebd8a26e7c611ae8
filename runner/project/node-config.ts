import { didYouMean } from '../util/suggest.ts';
import type { FaultFields, Path } from '../util/yaml.ts';
import { type MapReader, readMap } from '../util/yaml-map.ts';
import { defined } from './defined.ts';
import { DURATION, millisecondsOf } from './durations.ts';
import {
  type Grants,
  type IndexConfig,
  MATERIALIZED,
  type NodeConfig,
  ON_SCHEMA_CHANGE,
  PUBLISH,
  STRATEGIES,
} from './types.ts';

/** What may be said of seeds. */
export const SEED_KEYS = ['schema', 'tags', 'indexes', 'publish', 'grants', 'persist_docs', 'statement_timeout'];

/** What may be said of a model, in its folder's configuration or its own. */
export const NODE_KEYS = [
  ...SEED_KEYS,
  'alias',
  'materialized',
  'unique_key',
  'group_key',
  'incremental_strategy',
  'on_schema_change',
  'full_refresh',
  'transaction',
  'ignore_changes',
  'pre_hook',
  'post_hook',
];

/**
 * Checks what `config()` in a model says of it.
 * @param fault told what is wrong, and with which key
 */
export function configOf(values: unknown, fault: (fields: FaultFields, key: string) => void): NodeConfig {
  const code = 'TEMPLATE_ERROR';
  const call = {
    codes: { unknown: code, missing: code },
    shown: (value: unknown) => JSON.stringify(value) ?? 'nothing',
    fault: (path: Path, fields: FaultFields) => {
      fault(fields, String(path[0]));
      return null;
    },
  };
  return nodeConfigOf(readMap(call, values, { path: [], what: 'config()', keys: NODE_KEYS }));
}

export function nodeConfigOf(map: MapReader): NodeConfig {
  return defined({
    schema: map.filled('schema'),
    alias: map.filled('alias'),
    materialized: oneOf(map, 'materialized', MATERIALIZED, 'MATERIALIZED_UNKNOWN'),
    tags: map.texts('tags'),
    indexes: map.get('indexes') === null ? null : map.maps('indexes', ['columns', 'unique']).map(indexConfig),
    publish: oneOf(map, 'publish', PUBLISH),
    unique_key: map.texts('unique_key'),
    group_key: map.texts('group_key'),
    incremental_strategy: oneOf(map, 'incremental_strategy', STRATEGIES, 'STRATEGY_UNKNOWN'),
    on_schema_change: oneOf(map, 'on_schema_change', ON_SCHEMA_CHANGE),
    full_refresh: map.flag('full_refresh'),
    transaction: map.filled('transaction'),
    ignore_changes: map.texts('ignore_changes'),
    grants: map.get('grants') === null ? null : grants(map.map('grants', PRIVILEGES)),
    pre_hook: map.texts('pre_hook'),
    post_hook: map.texts('post_hook'),
    persist_docs: map.flag('persist_docs'),
    statement_timeout: map.read('statement_timeout', duration, DURATION),
  });
}

const PRIVILEGES = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'];

function grants(map: MapReader): Grants {
  return Object.fromEntries(Object.keys(map.value).map((privilege) => [privilege, map.texts(privilege) ?? []]));
}

function indexConfig(map: MapReader): IndexConfig {
  return { columns: map.texts('columns') ?? [], unique: map.flag('unique') ?? false };
}

function oneOf<T extends string>(map: MapReader, key: string, values: readonly T[], code?: string): T | null {
  const text = map.filled(key);
  const value = values.find((known) => known === text);
  if (text === null || value !== undefined) return value ?? null;
  return map.fault(
    {
      ...(code ? { code } : {}),
      message: `wrong value for "${key}" of ${map.what}`,
      expected: `one of ${values.join(', ')}`,
      found: text,
      hint: didYouMean(text, values) ?? 'Write one of those.',
    },
    key,
  );
}

function duration(value: unknown): string | undefined {
  return typeof value === 'string' && millisecondsOf(value) !== undefined ? value : undefined;
}

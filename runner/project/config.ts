import type { Path, YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import type {
  FlagConfig,
  IndexConfig,
  NodeConfig,
  ProjectConfig,
  SecretConfig,
  SelectorConfig,
  SummaryConfig,
} from './types.ts';
import { readYaml } from './yaml.ts';

const TOP_KEYS = [
  'name',
  'data_source',
  'database',
  'state_schema',
  'raw_schema',
  'timezone',
  'models',
  'seeds',
  'vars',
  'secrets',
  'flags',
  'summary',
  'selectors',
];

const NODE_KEYS = [
  'schema',
  'alias',
  'materialized',
  'tags',
  'indexes',
  'unique_key',
  'incremental_strategy',
  'full_refresh',
  'transaction',
  'ignore_changes',
];

const FLAG_KEYS = ['description', 'env', 'sources', 'seeds', 'empty'];

/**
 * project.yml as typed values.
 * @throws RunnerError `YAML_SYNTAX` or `CONFIG_INVALID`, every fault with its line
 */
export function parseProjectConfig(text: string, file: string): ProjectConfig {
  const yaml = readYaml(text, file);
  const top = yaml.map(yaml.value, [], TOP_KEYS);
  const name = required(top, 'name');
  const models = top.map('models');
  const flags = top.map('flags');
  const selectors = top.map('selectors');
  const config: ProjectConfig = {
    name,
    dataSource: top.filled('data_source') ?? name,
    database: top.filled('database') ?? name,
    stateSchema: top.filled('state_schema') ?? 'ops',
    rawSchema: top.filled('raw_schema') ?? 'raw',
    timezone: timeZone(top) ?? 'UTC',
    models: Object.fromEntries(
      Object.keys(models.value).map((folder) => [folder, configOf(models.map(folder, NODE_KEYS))]),
    ),
    seeds: configOf(top.map('seeds', NODE_KEYS)),
    vars: top.map('vars').value,
    secrets: (top.list('secrets') ?? []).map((item, index) => secret(yaml, item, ['secrets', index])),
    flags: Object.keys(flags.value).map((flag) => flagConfig(flag, flags.map(flag, FLAG_KEYS))),
    summary: top.maps('summary', ['title', 'model', 'columns', 'order_by']).map(summary),
    selectors: Object.keys(selectors.value).map((key) => selector(yaml, selectors, key)),
  };
  yaml.done();
  return config;
}

/** Checks what `config()` in a model says of it; faults go to the reader. */
export function nodeConfig(yaml: YamlFile, value: unknown, path: Path): NodeConfig {
  return configOf(yaml.map(value, path, NODE_KEYS));
}

function configOf(map: MapReader): NodeConfig {
  return defined({
    schema: map.filled('schema'),
    alias: map.filled('alias'),
    materialized: map.filled('materialized'),
    tags: map.texts('tags'),
    indexes: map.get('indexes') === null ? null : map.maps('indexes', ['columns', 'unique']).map(indexConfig),
    unique_key: map.texts('unique_key'),
    incremental_strategy: map.filled('incremental_strategy'),
    full_refresh: map.flag('full_refresh'),
    transaction: map.filled('transaction'),
    ignore_changes: map.texts('ignore_changes'),
  });
}

function indexConfig(map: MapReader): IndexConfig {
  return { columns: map.texts('columns') ?? [], unique: map.flag('unique') ?? false };
}

function secret(yaml: YamlFile, value: unknown, path: Path): SecretConfig {
  if (typeof value === 'string') return { name: value };
  const map = yaml.map(value, path, ['name', 'sample']);
  return defined({ name: required(map, 'name'), sample: map.filled('sample') });
}

function flagConfig(name: string, map: MapReader): FlagConfig {
  return defined({
    name,
    description: map.filled('description') ?? name,
    env: map.filled('env'),
    sources: map.texts('sources'),
    seeds: map.texts('seeds'),
    empty: map.filled('empty'),
  });
}

function summary(map: MapReader): SummaryConfig {
  const model = required(map, 'model');
  return defined({
    title: map.filled('title') ?? model,
    model,
    columns: map.texts('columns'),
    order_by: map.filled('order_by'),
  });
}

/** `name: 'tag:x+'`, or a map with `select`, `exclude` and `description`. */
function selector(yaml: YamlFile, map: MapReader, name: string): SelectorConfig {
  const path = ['selectors', name];
  if (!/^[\w.-]+$/.test(name)) {
    yaml.fault(path, { message: 'a selector needs a plain name', expected: 'letters, digits, _ - .', found: name });
  }
  const line = yaml.line(path);
  const value = map.get(name);
  if (value === null) yaml.fault(path, { message: `selector "${name}" names nothing`, expected: 'a selection' });
  if (value === null || typeof value === 'string' || Array.isArray(value))
    return { name, line, select: map.texts(name) ?? [] };
  const keys = map.map(name, ['select', 'exclude', 'description'], `selector "${name}"`);
  return defined({
    name,
    line,
    select: keys.texts('select') ?? keys.missing('select', 'a selection') ?? [],
    exclude: keys.texts('exclude'),
    description: keys.filled('description'),
  });
}

function required(map: MapReader, key: string): string {
  return map.filled(key) ?? map.missing(key, 'a text') ?? '';
}

function timeZone(top: MapReader): string | null {
  const zone = top.filled('timezone');
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone ?? 'UTC' });
    return zone;
  } catch {
    return top.wrong('timezone', 'a name such as Europe/Paris');
  }
}

type Defined<T> = { [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : never]?: Exclude<T[K], null>;
};

/** The object without its absent members. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)) as Defined<T>;
}

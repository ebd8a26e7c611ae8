import type { FlagConfig, IndexConfig, NodeConfig, ProjectConfig, SecretConfig, SummaryConfig } from './types.ts';
import { readYaml, type YamlReader } from './yaml.ts';

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
];

export const NODE_KEYS = [
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
] as const;

/**
 * project.yml as typed values.
 * @throws RunnerError `YAML_SYNTAX` or `CONFIG_INVALID`, every fault with its line
 */
export function parseProjectConfig(text: string, file: string): ProjectConfig {
  const yaml = readYaml(text, file);
  const top = yaml.map(yaml.value, [], TOP_KEYS);
  const name = yaml.text(top, 'name', []);
  const folders = Object.entries(yaml.map(top.models, ['models']));
  const config: ProjectConfig = {
    name,
    dataSource: yaml.text(top, 'data_source', [], name),
    database: yaml.text(top, 'database', [], name),
    stateSchema: yaml.text(top, 'state_schema', [], 'ops'),
    rawSchema: yaml.text(top, 'raw_schema', [], 'raw'),
    timezone: timeZone(yaml, yaml.text(top, 'timezone', [], 'UTC')),
    models: Object.fromEntries(folders.map(([folder, value]) => [folder, nodeConfig(yaml, value, ['models', folder])])),
    seeds: nodeConfig(yaml, top.seeds, ['seeds']),
    vars: yaml.map(top.vars, ['vars']),
    secrets: list(yaml, top.secrets, ['secrets']).map((item, index) => secret(yaml, item, ['secrets', index])),
    flags: Object.entries(yaml.map(top.flags, ['flags'])).map(([flag, value]) => flagConfig(yaml, flag, value)),
    summary: list(yaml, top.summary, ['summary']).map((item, index) => summary(yaml, item, ['summary', index])),
  };
  yaml.done();
  return config;
}

/** Checks what a folder of project.yml, or `config()` in a model, says of a node; faults go to the reader. */
export function nodeConfig(yaml: YamlReader, value: unknown, path: readonly (string | number)[]): NodeConfig {
  const from = yaml.map(value, path, NODE_KEYS);
  const indexes = from.indexes === undefined ? undefined : list(yaml, from.indexes, [...path, 'indexes']);
  return defined({
    schema: yaml.optionalText(from, 'schema', path),
    alias: yaml.optionalText(from, 'alias', path),
    materialized: yaml.optionalText(from, 'materialized', path),
    tags: yaml.texts(from, 'tags', path),
    indexes: indexes?.map((item, at) => indexConfig(yaml, item, [...path, 'indexes', at])),
    unique_key: yaml.texts(from, 'unique_key', path),
    incremental_strategy: yaml.optionalText(from, 'incremental_strategy', path),
    full_refresh: yaml.flag(from, 'full_refresh', path),
    transaction: yaml.optionalText(from, 'transaction', path),
    ignore_changes: yaml.texts(from, 'ignore_changes', path),
  });
}

function indexConfig(yaml: YamlReader, value: unknown, path: readonly (string | number)[]): IndexConfig {
  const from = yaml.map(value, path, ['columns', 'unique']);
  return { columns: yaml.texts(from, 'columns', path) ?? [], unique: yaml.flag(from, 'unique', path) ?? false };
}

function secret(yaml: YamlReader, value: unknown, path: readonly (string | number)[]): SecretConfig {
  if (typeof value === 'string') return { name: value };
  const from = yaml.map(value, path, ['name', 'sample']);
  return defined({ name: yaml.text(from, 'name', path), sample: yaml.optionalText(from, 'sample', path) });
}

function flagConfig(yaml: YamlReader, name: string, value: unknown): FlagConfig {
  const path = ['flags', name];
  const from = yaml.map(value, path, ['description', 'env', 'sources', 'seeds', 'empty']);
  return defined({
    name,
    description: yaml.text(from, 'description', path, name),
    env: yaml.optionalText(from, 'env', path),
    sources: yaml.texts(from, 'sources', path),
    seeds: yaml.texts(from, 'seeds', path),
    empty: yaml.optionalText(from, 'empty', path),
  });
}

function summary(yaml: YamlReader, value: unknown, path: readonly (string | number)[]): SummaryConfig {
  const from = yaml.map(value, path, ['title', 'model', 'columns', 'order_by']);
  const model = yaml.text(from, 'model', path);
  return defined({
    title: yaml.text(from, 'title', path, model),
    model,
    columns: yaml.texts(from, 'columns', path),
    order_by: yaml.optionalText(from, 'order_by', path),
  });
}

function timeZone(yaml: YamlReader, zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    yaml.fault(['timezone'], { message: 'timezone is unknown', expected: 'a name such as Europe/Paris', found: zone });
  }
  return zone;
}

function list(yaml: YamlReader, value: unknown, path: readonly (string | number)[]): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  yaml.fault(path, {
    message: `"${path.join('.')}" is not a list`,
    expected: '- item lines',
    found: JSON.stringify(value),
  });
  return [];
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without its undefined members, so that an absent key and an undefined one are the same. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

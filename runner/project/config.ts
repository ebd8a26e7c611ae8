import type { Path, YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import { defined } from './defined.ts';
import { docsConfig } from './docs-config.ts';
import { DURATION, millisecondsOf } from './durations.ts';
import { forgetConfig } from './forget-config.ts';
import { alertConfig, outboxConfigs } from './message-config.ts';
import { NODE_KEYS, nodeConfigOf, SEED_KEYS } from './node-config.ts';
import { personalConfig } from './personal-config.ts';
import { reviewConfig } from './review-config.ts';
import { roleConfigs } from './role-config.ts';
import { semanticConfig } from './semantic-config.ts';
import type { FlagConfig, OutputConfig, ProjectConfig, SecretConfig, SelectorConfig, SummaryConfig } from './types.ts';
import { variableName } from './variable-name.ts';
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
  'roles',
  'flags',
  'cases',
  'outputs',
  'summary',
  'selectors',
  'lock_patience',
  'keep_batches',
  'keep_runs',
  'outbox',
  'alert',
  'semantic_model',
  'forget',
  'personal',
  'docs',
  'review',
];

const SECRET_KINDS = ['address', 'file'] as const;
const FLAG_KEYS = ['description', 'env', 'sources', 'seeds', 'empty'];

/**
 * project.yml as typed values.
 * @throws RunnerError `YAML_SYNTAX` or `CONFIG_INVALID`, every fault with its line
 */
export function parseProjectConfig(text: string, file: string): ProjectConfig {
  const yaml = readYaml(text, file);
  const config = configOf(yaml);
  yaml.done();
  return config;
}

/**
 * The same of a file that is wrong, without what is wrong in it.
 * @throws RunnerError `YAML_SYNTAX`
 */
export function parseConfigAsFarAsItGoes(text: string, file: string): ProjectConfig {
  return configOf(readYaml(text, file));
}

function configOf(yaml: YamlFile): ProjectConfig {
  const top = yaml.map(yaml.value, [], TOP_KEYS);
  const name = required(top, 'name');
  const models = top.map('models');
  const flags = top.map('flags');
  const outputs = top.map('outputs');
  const selectors = top.map('selectors');
  const outputList = Object.keys(outputs.value).map((key) => outputConfig(key, outputs.map(key, ['model', 'column'])));
  const secrets = (top.list('secrets') ?? []).map((item, index) => secret(yaml, item, ['secrets', index]));
  const roles = roleConfigs(yaml, top, secrets);
  return {
    name,
    dataSource: top.filled('data_source') ?? name,
    database: top.filled('database') ?? name,
    stateSchema: top.filled('state_schema') ?? 'ops',
    rawSchema: top.filled('raw_schema') ?? 'raw',
    timezone: timeZone(top) ?? 'UTC',
    models: Object.fromEntries(
      Object.keys(models.value).map((folder) => [folder, nodeConfigOf(models.map(folder, NODE_KEYS))]),
    ),
    seeds: nodeConfigOf(top.map('seeds', SEED_KEYS)),
    vars: top.map('vars').value,
    secrets,
    roles,
    flags: Object.keys(flags.value).map((flag) => flagConfig(flag, flags.map(flag, FLAG_KEYS))),
    cases: top.texts('cases') ?? [],
    outputs: outputList,
    summary: top.maps('summary', ['title', 'model', 'columns', 'order_by']).map(summary),
    selectors: Object.keys(selectors.value).map((key) => selector(yaml, selectors, key)),
    lockPatience: top.read('lock_patience', millisecondsOf, DURATION) ?? 60_000,
    keepBatches: top.read('keep_batches', positive, A_NUMBER),
    keepRuns: top.read('keep_runs', positive, A_NUMBER),
    outbox: outboxConfigs(yaml, top),
    ...alertConfig(yaml, top),
    ...semanticConfig(yaml, top, name),
    ...forgetConfig(yaml, top),
    ...personalConfig(yaml, top, roles),
    docs: docsConfig(yaml, top, outputList, roles),
    ...reviewConfig(yaml, top),
  };
}

const A_NUMBER = 'a whole number of 1 or more';

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? value : undefined;
}

function secret(yaml: YamlFile, value: unknown, path: Path): SecretConfig {
  const map = yaml.map(typeof value === 'string' ? { name: value } : value, path, ['name', 'sample', 'kind']);
  const kind = map.read('kind', (text) => SECRET_KINDS.find((one) => one === text), SECRET_KINDS.join(' or '));
  const name = variableName(map, 'name') ?? map.missing('name', 'an environment variable') ?? '';
  return defined({ name, sample: map.filled('sample'), kind });
}

function flagConfig(name: string, map: MapReader): FlagConfig {
  return defined({
    name,
    description: map.filled('description') ?? name,
    env: variableName(map, 'env'),
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

function outputConfig(name: string, map: MapReader): OutputConfig {
  return { name, model: required(map, 'model'), column: required(map, 'column') };
}

/** `name: 'tag:x+'`, or a map with `select`, `exclude` and `description`. */
function selector(yaml: YamlFile, map: MapReader, name: string): SelectorConfig {
  const path = ['selectors', name];
  if (!/^[\w.-]+$/.test(name)) {
    yaml.fault(path, {
      message: 'a selector needs a plain name',
      expected: 'letters, digits, _ - .',
      found: name,
      hint: 'Rename it.',
    });
  }
  const line = yaml.line(path);
  const value = map.get(name);
  if (value === null)
    yaml.fault(path, { message: `selector "${name}" names nothing`, expected: 'a selection', hint: 'As in --select.' });
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

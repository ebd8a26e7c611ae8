import type { RequestConfig, SourceTable } from './types.ts';
import { readYaml, type YamlReader } from './yaml.ts';

const TABLE_KEYS = ['description', 'loader', 'mode', 'env', 'vars', 'columns', 'requests'];

/**
 * sources/sources.yml: the tables that something outside the models fills.
 * @throws RunnerError `YAML_SYNTAX` or `CONFIG_INVALID`, every fault with its line
 */
export function parseSources(text: string, file: string): readonly SourceTable[] {
  const yaml = readYaml(text, file);
  const top = yaml.map(yaml.value, [], ['sources']);
  const tables = Object.entries(yaml.map(top.sources, ['sources'])).flatMap(([system, value]) => {
    const path = ['sources', system];
    const from = yaml.map(value, path, ['description', 'schema', 'tables']);
    const schema = yaml.optionalText(from, 'schema', path);
    return Object.entries(yaml.map(from.tables, [...path, 'tables'])).map(([table, spec]) =>
      sourceTable(yaml, { system, table, schema }, spec, [...path, 'tables', table]),
    );
  });
  yaml.done();
  return tables;
}

function sourceTable(
  yaml: YamlReader,
  { system, table, schema }: { system: string; table: string; schema: string | undefined },
  value: unknown,
  path: readonly string[],
): SourceTable {
  const from = yaml.map(value, path, TABLE_KEYS);
  const mode = yaml.text(from, 'mode', path, 'replace');
  if (mode !== 'replace' && mode !== 'append') {
    yaml.fault([...path, 'mode'], { message: 'mode is unknown', expected: 'replace or append', found: mode });
  }
  const loader = yaml.optionalText(from, 'loader', path);
  const columns = yaml.texts(from, 'columns', path) ?? [];
  if (loader && columns.length === 0) {
    yaml.fault(path, { message: `source ${system}.${table} has a loader but no columns`, expected: 'columns: [a, b]' });
  }
  return {
    system,
    table,
    description: typeof from.description === 'string' ? from.description : '',
    mode: mode === 'append' ? 'append' : 'replace',
    env: defaults(yaml, from.env, [...path, 'env']),
    vars: yaml.texts(from, 'vars', path) ?? [],
    columns,
    ...(loader === undefined ? {} : { loader }),
    ...(schema === undefined ? {} : { schema }),
    ...(from.requests === undefined ? {} : { requests: requestConfig(yaml, from.requests, [...path, 'requests']) }),
  };
}

function requestConfig(yaml: YamlReader, value: unknown, path: readonly string[]): RequestConfig {
  const from = yaml.map(value, path, ['model', 'key', 'force_env', 'when_env']);
  const key = yaml.texts(from, 'key', path);
  const force = yaml.optionalText(from, 'force_env', path);
  const when = yaml.optionalText(from, 'when_env', path);
  return {
    model: yaml.text(from, 'model', path),
    ...(key ? { key } : {}),
    ...(force ? { force_env: force } : {}),
    ...(when ? { when_env: when } : {}),
  };
}

function defaults(yaml: YamlReader, value: unknown, path: readonly string[]): Readonly<Record<string, string | null>> {
  const entries = Object.entries(yaml.map(value, path)).map(([name, fallback]) => {
    if (fallback === null || typeof fallback === 'string') return [name, fallback] as const;
    if (typeof fallback === 'number' || typeof fallback === 'boolean') return [name, String(fallback)] as const;
    yaml.fault([...path, name], { message: `default of ${name} is not a text`, expected: 'a text or null' });
    return [name, null] as const;
  });
  return Object.fromEntries(entries);
}

import { didYouMean } from '../util/suggest.ts';
import type { YamlFile } from '../util/yaml.ts';
import { isRecord, type MapReader } from '../util/yaml-map.ts';
import type { PersonalColumn, RequestConfig, SourceTable } from './types.ts';
import { readYaml } from './yaml.ts';

const TABLE_KEYS = ['description', 'loader', 'mode', 'env', 'vars', 'columns', 'personal', 'requests'];

/**
 * sources/sources.yml: the tables that something outside the models fills.
 * @throws RunnerError `YAML_SYNTAX` or `CONFIG_INVALID`, every fault with its line
 */
export function parseSources(text: string, file: string): readonly SourceTable[] {
  const yaml = readYaml(text, file);
  const systems = yaml.map(yaml.value ?? {}, [], ['sources']).map('sources');
  const sources = Object.keys(systems.value).flatMap((system) => {
    const from = systems.map(system, ['description', 'schema', 'tables']);
    const schema = from.filled('schema');
    const tables = from.map('tables');
    return Object.keys(tables.value).map((table) => ({
      system,
      table,
      ...(schema === null ? {} : { schema }),
      ...sourceTable(yaml, tables.map(table, TABLE_KEYS), `${system}.${table}`),
    }));
  });
  yaml.done();
  return sources;
}

function sourceTable(yaml: YamlFile, map: MapReader, name: string): Omit<SourceTable, 'system' | 'table' | 'schema'> {
  const mode = map.filled('mode') ?? 'replace';
  if (mode !== 'replace' && mode !== 'append') map.wrong('mode', 'replace or append');
  const loader = map.filled('loader');
  const columns = map.texts('columns') ?? [];
  if (loader !== null && columns.length === 0) {
    map.fault({
      message: `source ${name} has a loader but no columns`,
      expected: 'columns: [a, b]',
      hint: 'Name what it gives.',
    });
  }
  return {
    description: map.text('description') ?? '',
    mode: mode === 'append' ? 'append' : 'replace',
    ...defaults(map.map('env')),
    vars: map.texts('vars') ?? [],
    columns,
    ...(Object.hasOwn(map.value, 'personal') ? { personal: personalColumns(yaml, map, columns) } : {}),
    ...(loader === null ? {} : { loader }),
    ...(Object.hasOwn(map.value, 'requests') ? { requests: requestConfig(map) } : {}),
  };
}

/** Each with one kind or a list of them. A table that no loader of the project fills may have columns that are not named. */
function personalColumns(yaml: YamlFile, table: MapReader, columns: readonly string[]): readonly PersonalColumn[] {
  const map = table.map('personal');
  return Object.keys(map.value).map((column) => {
    if (columns.length > 0 && !columns.includes(column)) {
      const [message, expected] = [`"personal" names ${column}, which is no column`, `one of ${columns.join(', ')}`];
      map.fault({ message, expected, found: column, hint: didYouMean(column, columns) ?? 'Take it out.' }, column);
    }
    const kinds = map.texts(column) ?? map.missing(column, 'the kinds of personal data') ?? [];
    return { column, kinds, line: yaml.line([...map.path, column]) };
  });
}

function requestConfig(table: MapReader): RequestConfig {
  const map = table.map('requests', ['model', 'key', 'force_env', 'when_env']);
  const key = map.texts('key');
  const force = map.filled('force_env');
  const when = map.filled('when_env');
  return {
    model: map.filled('model') ?? map.missing('model', 'the model whose rows are asked for') ?? '',
    ...(key ? { key } : {}),
    ...(force ? { force_env: force } : {}),
    ...(when ? { when_env: when } : {}),
  };
}

/** Each a text or null, or `{default: text, unless: VARIABLE}`. */
function defaults(map: MapReader): Pick<SourceTable, 'env' | 'unless'> {
  const entries = Object.keys(map.value).map((name) => {
    if (!isRecord(map.get(name))) return { name, value: map.read(name, textOf, 'a text or null') };
    const own = map.map(name, ['default', 'unless']);
    const value = own.read('default', textOf, 'a text') ?? own.missing('default', 'a text');
    return { name, value, unless: own.filled('unless') ?? own.missing('unless', 'VARIABLE') };
  });
  const unless = entries.flatMap(({ name, unless }) => (unless ? [[name, unless] as const] : []));
  return {
    env: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
    ...(unless.length > 0 ? { unless: Object.fromEntries(unless) } : {}),
  };
}

function textOf(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import { defined } from './defined.ts';
import type { CalculatedTableConfig, FormatConfig, MeasureConfig, SemanticModelConfig } from './semantic-types.ts';

const KEYS = ['name', 'culture', 'server', 'select', 'formats', 'hidden', 'relationships', 'calculated', 'measures'];
const MEASURE_KEYS = ['table', 'expression', 'format', 'folder', 'description'];

/** `semantic_model:` of project.yml, if it has one. */
export function semanticConfig(
  yaml: YamlFile,
  top: MapReader,
  project: string,
): { readonly semanticModel?: SemanticModelConfig } {
  if (top.get('semantic_model') === null) return {};
  const map = top.map('semantic_model', KEYS);
  const formats = map.map('formats');
  const calculated = map.map('calculated');
  const measures = map.map('measures');
  return {
    semanticModel: {
      name: map.filled('name') ?? project,
      culture: map.filled('culture') ?? 'en-US',
      server: map.filled('server') ?? 'localhost',
      select: map.texts('select') ?? map.missing('select', 'the nodes that become tables') ?? [],
      formats: Object.keys(formats.value).map((name) =>
        format(name, formats.map(name, ['format', 'columns', 'types'])),
      ),
      hidden: map.texts('hidden') ?? [],
      relationships: map.maps('relationships', ['from', 'to']).map((item) => ({
        from: needed(item, 'from', 'table.column of the many'),
        to: needed(item, 'to', 'table.column of the one'),
        line: yaml.line(item.path),
      })),
      calculated: Object.keys(calculated.value).map((name) =>
        calculatedTable(yaml, name, calculated.map(name, ['expression', 'description', 'columns', 'dates'])),
      ),
      measures: Object.keys(measures.value).map((name) => measure(yaml, name, measures.map(name, MEASURE_KEYS))),
    },
  };
}

function format(name: string, map: MapReader): FormatConfig {
  return defined({
    name,
    format: needed(map, 'format', 'how it is written'),
    columns: map.texts('columns'),
    types: map.texts('types'),
  });
}

function calculatedTable(yaml: YamlFile, name: string, map: MapReader): CalculatedTableConfig {
  const columns = map.map('columns');
  return defined({
    name,
    expression: needed(map, 'expression', 'what computes its rows').trim(),
    description: map.filled('description'),
    columns: Object.fromEntries(
      Object.keys(columns.value).map((column) => [column, needed(columns, column, 'a data type')]),
    ),
    dates: map.flag('dates') ?? false,
    line: yaml.line(map.path),
  });
}

function measure(yaml: YamlFile, name: string, map: MapReader): MeasureConfig {
  return defined({
    name,
    table: needed(map, 'table', 'the table it is listed under'),
    expression: needed(map, 'expression', 'what computes it').trim(),
    format: map.filled('format'),
    folder: map.filled('folder'),
    description: map.filled('description'),
    line: yaml.line(map.path),
  });
}

function needed(map: MapReader, key: string, expected: string): string {
  return map.filled(key) ?? map.missing(key, expected) ?? '';
}

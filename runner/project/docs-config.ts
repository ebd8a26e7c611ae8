import { didYouMean } from '../util/suggest.ts';
import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import { defined } from './defined.ts';
import type { ChartConfig, DocsConfig, FigureConfig, ParameterConfig } from './docs-types.ts';
import type { OutputConfig, RoleConfig } from './types.ts';

const FIGURE_KEYS = ['title', 'model', 'column', 'unit', 'history', 'at'];
const CHART_KEYS = ['title', 'model', 'by', 'columns', 'unit', 'order_by'];
const PARAMETER_KEYS = ['seed', 'row', 'column', 'value', 'since', 'inherits'];

/**
 * `docs:` of project.yml. Without `figures`, the `outputs` are the figures.
 * @param roles among which the reader has to be
 */
export function docsConfig(
  yaml: YamlFile,
  top: MapReader,
  outputs: readonly OutputConfig[],
  roles: readonly RoleConfig[],
): DocsConfig {
  const map = top.map('docs', ['reader', 'locale', 'figures', 'charts', 'parameters']);
  const reader = map.filled('reader');
  const names = roles.map(({ name }) => name);
  if (reader !== null && !names.includes(reader)) {
    yaml.fault([...map.path, 'reader'], {
      message: 'the reader of the site is a role that is not declared',
      expected: names.length > 0 ? `one of ${names.join(', ')}` : 'a role of roles:',
      found: reader,
      hint: didYouMean(reader, names) ?? 'Declare it under roles: too.',
    });
  }
  const ofOutputs = outputs.map(({ name, model, column }) => ({ title: name, model, column, unit: '' }));
  return defined({
    reader,
    locale: map.read('locale', localeOf, 'a language such as en or fr-FR') ?? 'en',
    figures: map.get('figures') === null ? ofOutputs : map.maps('figures', FIGURE_KEYS).map(figure),
    charts: map.maps('charts', CHART_KEYS).map(chart),
    parameters: map.maps('parameters', PARAMETER_KEYS).map(parameters),
  });
}

function localeOf(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? Intl.getCanonicalLocales(value)[0] : undefined;
  } catch {
    return undefined;
  }
}

function figure(map: MapReader): FigureConfig {
  const column = needed(map, 'column', 'the column of its figure');
  const history = map.filled('history');
  const at = history === null ? null : needed(map, 'at', 'the column of the history that holds the moment of a row');
  return defined({
    title: map.filled('title') ?? column,
    model: needed(map, 'model', 'a model of one row'),
    column,
    unit: map.filled('unit') ?? '',
    history: history === null || at === null ? null : { model: history, at },
  });
}

function chart(map: MapReader): ChartConfig {
  const model = needed(map, 'model', 'a model of one row for each group');
  return defined({
    title: map.filled('title') ?? model,
    model,
    by: needed(map, 'by', 'the column that names the group'),
    columns: columnsOf(map),
    unit: map.filled('unit') ?? '',
    orderBy: map.filled('order_by'),
  });
}

/** A list of columns, or a map that gives each a name for people. */
function columnsOf(map: MapReader): ChartConfig['columns'] {
  const columns = map.get('columns');
  if (columns === null || Array.isArray(columns) || typeof columns === 'string') {
    const names = map.texts('columns') ?? map.missing('columns', 'the columns that are drawn') ?? [];
    return names.map((name) => ({ name, label: name }));
  }
  const labels = map.map('columns');
  return Object.keys(labels.value).map((name) => ({ name, label: labels.filled(name) ?? name }));
}

function parameters(map: MapReader): ParameterConfig {
  const seed = needed(map, 'seed', 'the seed that holds them');
  const isGrid = PARAMETER_KEYS.slice(1).some((key) => map.get(key) !== null);
  const grid = isGrid
    ? defined({
        row: needed(map, 'row', 'the column that names a parameter'),
        column: needed(map, 'column', 'the column that names a scenario'),
        value: needed(map, 'value', 'the column of the value'),
        since: map.filled('since'),
        inherits: map.filled('inherits'),
      })
    : null;
  return defined({ seed, grid });
}

function needed(map: MapReader, key: string, expected: string): string {
  return map.filled(key) ?? map.missing(key, expected) ?? '';
}

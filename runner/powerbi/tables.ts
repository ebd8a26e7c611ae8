import type { ColumnSpec } from '../contracts/types.ts';
import type { CalculatedTableConfig, MeasureConfig, SemanticModelConfig } from '../project/semantic-types.ts';
import { wildcard } from '../util/wildcard.ts';
import { lineageTag } from './lineage-tag.ts';
import type { TmdlObject } from './tmdl.ts';
import type { ModelTable } from './types.ts';

/** A relation as a table: its columns, measures, and the query in M that fills it. */
export function importedTable(table: ModelTable, config: SemanticModelConfig): TmdlObject {
  const { name, schema, description, columns, key } = table;
  return {
    keyword: 'table',
    name,
    description,
    properties: [['lineageTag', lineageTag(name)]],
    children: [
      ...measuresOf(name, config),
      ...columns.map((column) => importedColumn(table, column, config, column.name === key)),
      {
        keyword: 'partition',
        name,
        expression: 'm',
        properties: [['mode', 'import']],
        source: query(schema, name, columns),
      },
      annotation('PBI_ResultType', 'Table'),
    ],
  };
}

/** A table that is computed from the others. */
export function calculatedTable(table: CalculatedTableConfig, config: SemanticModelConfig): TmdlObject {
  const { name, description, columns, expression, dates } = table;
  return {
    keyword: 'table',
    name,
    description,
    properties: [
      ['lineageTag', lineageTag(name)],
      ['dataCategory', dates ? 'Time' : undefined],
    ],
    children: [
      ...measuresOf(name, config),
      ...Object.entries(columns).map(([column, type], index) => ({
        keyword: 'column',
        name: column,
        properties: [
          ['dataType', DATA_TYPES[type]],
          ['isKey', index === 0 || undefined],
          ...described(name, column, type, config),
          ['isNameInferred', true],
          ['sourceColumn', `[${column}]`],
        ] as const,
      })),
      { keyword: 'partition', name, expression: 'calculated', properties: [['mode', 'import']], source: expression },
    ],
  };
}

/** Data type of PostgreSQL → of a column of the model. `decimal` is exact, with four decimals: sums of money stay right. */
export const DATA_TYPES: Readonly<Record<string, string>> = {
  text: 'string',
  jsonb: 'string',
  boolean: 'boolean',
  integer: 'int64',
  bigint: 'int64',
  numeric: 'decimal',
  'double precision': 'double',
  date: 'dateTime',
  'timestamp with time zone': 'dateTime',
};

export function annotation(name: string, value: string): TmdlObject {
  return { keyword: 'annotation', name, expression: value };
}

function importedColumn(table: ModelTable, column: ColumnSpec, config: SemanticModelConfig, key: boolean): TmdlObject {
  const type = column.dataType ?? '';
  return {
    keyword: 'column',
    name: column.name,
    description: column.description ?? undefined,
    properties: [
      ['dataType', DATA_TYPES[type]],
      ['isHidden', isHidden(table.name, column.name, type, config) || undefined],
      ['isKey', key || undefined],
      ...described(table.name, column.name, type, config),
      ['sourceColumn', column.name],
    ],
    ...(type === 'date' ? { children: [annotation('UnderlyingDateTimeDataType', 'Date')] } : {}),
  };
}

/** Nothing is summed unless a measure says how: not every number may be added up. */
function described(table: string, column: string, type: string, { formats }: SemanticModelConfig) {
  const format = formats.find(
    ({ columns = [], types = [] }) => types.includes(type) || columns.some((pattern) => wildcard(pattern)(column)),
  );
  return [
    ['formatString', NUMBERS_AND_DATES.has(DATA_TYPES[type] ?? '') ? format?.format : undefined],
    ['lineageTag', lineageTag(table, column)],
    ['summarizeBy', 'none'],
  ] as const;
}

const NUMBERS_AND_DATES = new Set(['int64', 'decimal', 'double', 'dateTime']);

/** Also the many's side of a relationship, which the one's stands for; a day stays, as a table shows it. */
function isHidden(
  table: string,
  column: string,
  type: string,
  { hidden, relationships }: SemanticModelConfig,
): boolean {
  const name = `${table}.${column}`;
  return (
    hidden.some((pattern) => wildcard(pattern)(pattern.includes('.') ? name : column)) ||
    (type !== 'date' && relationships.some(({ from }) => from === name))
  );
}

function measuresOf(table: string, { measures, formats }: SemanticModelConfig): readonly TmdlObject[] {
  const formatOf = ({ format }: MeasureConfig): string | undefined =>
    formats.find(({ name }) => name === format)?.format;
  return measures
    .filter((measure) => measure.table === table)
    .map((measure) => ({
      keyword: 'measure',
      name: measure.name,
      expression: measure.expression,
      description: measure.description,
      properties: [
        ['formatString', formatOf(measure)],
        ['displayFolder', measure.folder],
        ['lineageTag', lineageTag(table, measure.name)],
      ],
    }));
}

/** No more columns than the model has are asked of the server, and one that has gone is told by its name. */
function query(schema: string, name: string, columns: readonly ColumnSpec[]): string {
  const text = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  return [
    'let',
    '    Source = PostgreSQL.Database(Server, Database, [CreateNavigationProperties = false]),',
    `    Rows = Source{[Schema = ${text(schema)}, Item = ${text(name)}]}[Data],`,
    `    Columns = Table.SelectColumns(Rows, {${columns.map((column) => text(column.name)).join(', ')}})`,
    'in',
    '    Columns',
  ].join('\n');
}

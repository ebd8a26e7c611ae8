import type { SemanticModelConfig } from '../project/semantic-types.ts';
import { lineageTag } from './lineage-tag.ts';
import { modelProperties } from './report-files.ts';
import { annotation, calculatedTable, importedTable } from './tables.ts';
import { columnReference, type TmdlObject, tmdl } from './tmdl.ts';
import type { Address, Files, ModelTable } from './types.ts';

/** The semantic model as TMDL, `<name>.SemanticModel/`: the same project gives the same text. */
export function modelFiles(tables: readonly ModelTable[], config: SemanticModelConfig, address: Address): Files {
  const folder = `${config.name}.SemanticModel`;
  const all = [
    ...tables.map((table) => importedTable(table, config)),
    ...config.calculated.map((table) => calculatedTable(table, config)),
  ];
  const names = all.map(({ name = '' }) => name);
  return new Map([
    ...modelProperties(config.name),
    [`${folder}/definition/database.tmdl`, tmdl([database(config)])],
    [`${folder}/definition/model.tmdl`, tmdl(model(config, names))],
    [`${folder}/definition/expressions.tmdl`, tmdl(parameters(address))],
    [`${folder}/definition/relationships.tmdl`, tmdl(relationships(config))],
    ...all.map((table) => [`${folder}/definition/tables/${table.name}.tmdl`, tmdl([table])] as const),
  ]);
}

/** The level that Power BI Desktop writes; what stands in the model needs no later one. */
function database({ name }: SemanticModelConfig): TmdlObject {
  return { keyword: 'database', name, properties: [['compatibilityLevel', '1600']] };
}

function model({ culture }: SemanticModelConfig, tables: readonly string[]): readonly TmdlObject[] {
  return [
    {
      keyword: 'model',
      name: 'Model',
      properties: [
        ['culture', culture],
        ['defaultPowerBIDataSourceVersion', 'powerBI_V3'],
        ['discourageImplicitMeasures', true],
        ['sourceQueryCulture', culture],
      ],
    },
    // A hidden table of dates for each column of dates would be made otherwise.
    annotation('__PBI_TimeIntelligenceEnabled', '0'),
    ...tables.map((name) => ({ keyword: 'ref table', name })),
  ];
}

function parameters({ server, database: name }: Address): readonly TmdlObject[] {
  return Object.entries({ Server: server, Database: name }).map(([parameter, value]) => ({
    keyword: 'expression',
    name: parameter,
    expression: `"${value.replaceAll('"', '""')}" meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`,
    properties: [['lineageTag', lineageTag('expression', parameter)]],
    children: [annotation('PBI_ResultType', 'Text')],
  }));
}

function relationships(config: SemanticModelConfig): readonly TmdlObject[] {
  const reference = (name: string): string => {
    const [table = '', column = ''] = name.split('.');
    return columnReference(table, column);
  };
  return config.relationships.map(({ from, to }) => ({
    keyword: 'relationship',
    name: lineageTag('relationship', from, to),
    properties: [
      ['fromColumn', reference(from)],
      ['toColumn', reference(to)],
    ],
  }));
}

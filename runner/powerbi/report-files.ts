import type { Address, Files } from './types.ts';

/** `<name>.pbip`, which opens, and a report of one empty page on the model: who draws in it keeps what they drew. */
export function reportFiles(name: string): Files {
  const report = `${name}.Report`;
  const page = { name: 'page1', displayName: 'Page 1', displayOption: 'FitToPage', height: 720, width: 1280 };
  return json({
    [`${name}.pbip`]: {
      ...schema('pbip/pbipProperties/1.0.0'),
      version: '1.0',
      artifacts: [{ report: { path: report } }],
    },
    [`${report}/definition.pbir`]: {
      ...schema('item/report/definitionProperties/2.0.0'),
      version: '4.0',
      datasetReference: { byPath: { path: `../${name}.SemanticModel` } },
    },
    [`${report}/definition/version.json`]: {
      ...schema('item/report/definition/versionMetadata/1.0.0'),
      version: '2.0.0',
    },
    [`${report}/definition/report.json`]: { ...schema('item/report/definition/report/3.0.0'), themeCollection: {} },
    [`${report}/definition/pages/pages.json`]: {
      ...schema('item/report/definition/pagesMetadata/1.0.0'),
      pageOrder: [page.name],
    },
    [`${report}/definition/pages/${page.name}/page.json`]: { ...schema('item/report/definition/page/2.0.0'), ...page },
  });
}

/** `<name>.pbids`: opens Power BI Desktop on the database, to choose relations by hand. */
export function connectionFile(name: string, address: Address): Files {
  const details = { protocol: 'postgresql', address };
  return json({ [`${name}.pbids`]: { version: '0.1', connections: [{ details, options: {}, mode: 'Import' }] } });
}

/** What the folder of a model must hold beside its definition. */
export function modelProperties(name: string): Files {
  const properties = { ...schema('item/semanticModel/definitionProperties/1.0.0'), version: '4.2', settings: {} };
  return json({ [`${name}.SemanticModel/definition.pbism`]: properties });
}

function schema(path: string): { readonly $schema: string } {
  return { $schema: `https://developer.microsoft.com/json-schemas/fabric/${path}/schema.json` };
}

function json(files: Readonly<Record<string, unknown>>): Files {
  return new Map(Object.entries(files).map(([path, content]) => [path, `${JSON.stringify(content, null, 2)}\n`]));
}

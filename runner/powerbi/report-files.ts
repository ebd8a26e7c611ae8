import type { Address, Files } from './types.ts';

const SCHEMAS = 'https://developer.microsoft.com/json-schemas/fabric';

/** `<name>.pbip`, which opens, and a report of one empty page on the model: who draws in it keeps what they drew. */
export function reportFiles(name: string): Files {
  const report = `${name}.Report`;
  const page = 'page1';
  return json({
    [`${name}.pbip`]: {
      $schema: `${SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json`,
      version: '1.0',
      artifacts: [{ report: { path: report } }],
      settings: { enableAutoRecovery: true },
    },
    [`${report}/definition.pbir`]: {
      $schema: `${SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json`,
      version: '4.0',
      datasetReference: { byPath: { path: `../${name}.SemanticModel` } },
    },
    [`${report}/definition/version.json`]: {
      $schema: `${SCHEMAS}/item/report/definition/versionMetadata/1.0.0/schema.json`,
      version: '2.0.0',
    },
    [`${report}/definition/report.json`]: {
      $schema: `${SCHEMAS}/item/report/definition/report/3.0.0/schema.json`,
      themeCollection: {
        baseTheme: {
          name: 'CY24SU10',
          reportVersionAtImport: { visual: '2.4.0', report: '3.0.0', page: '2.0.0' },
          type: 'SharedResources',
        },
      },
      settings: { useStylableVisualContainerHeader: true },
    },
    [`${report}/definition/pages/pages.json`]: {
      $schema: `${SCHEMAS}/item/report/definition/pagesMetadata/1.0.0/schema.json`,
      pageOrder: [page],
      activePageName: page,
    },
    [`${report}/definition/pages/${page}/page.json`]: {
      $schema: `${SCHEMAS}/item/report/definition/page/2.0.0/schema.json`,
      name: page,
      displayName: 'Page 1',
      displayOption: 'FitToPage',
      height: 720,
      width: 1280,
    },
  });
}

/** `<name>.pbids`: opens Power BI Desktop on the database, to choose relations by hand. */
export function connectionFile(name: string, { server, database }: Address): Files {
  return json({
    [`${name}.pbids`]: {
      version: '0.1',
      connections: [
        { details: { protocol: 'postgresql', address: { server, database } }, options: {}, mode: 'Import' },
      ],
    },
  });
}

function json(files: Readonly<Record<string, unknown>>): Files {
  return new Map(Object.entries(files).map(([path, content]) => [path, `${JSON.stringify(content, null, 2)}\n`]));
}

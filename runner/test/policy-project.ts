import { createRenderer } from '../compile/render.ts';
import { parseContract } from '../contracts/parse.ts';
import type { Fault } from '../errors.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph } from '../graph/types.ts';
import { traceProject } from '../lineage/trace-project.ts';
import { policyFaults } from '../policy/policy-faults.ts';
import { parseProjectConfig } from '../project/config.ts';
import { parseSources } from '../project/sources.ts';
import { projectOf } from './projects.ts';

export const CONFIG = `name: test
personal:
  kinds: {identity: names, salary: pay, birth: days, location: towns}
  schemas: {raw: [identity, salary, birth, location], vault: [identity, salary, birth, location]}
`;
export const SOURCES = `sources:
  hr:
    tables:
      staff:
        loader: x
        columns: [key, name, pay, born, town, team]
        personal: {name: identity, pay: salary, born: birth, town: location}
`;
export const STAFF = `columns:
  - {name: key}
  - {name: name, personal: identity}
  - {name: pay, personal: salary}
  - {name: born, personal: birth}
  - {name: town, personal: location}
  - {name: team}
`;

export interface Attempt {
  /** Of the model `report` in the schema `mart`, which may hold nothing; it reads `staff`. */
  readonly sql: string;
  /** Its contract: its columns by name, or all below its dataset. */
  readonly contract?: string;
  /** Further models, macros and contracts, by their files. */
  readonly files?: Readonly<Record<string, string>>;
  readonly staff?: string;
  readonly config?: string;
  readonly sources?: string;
}

/** A company whose staff is landed, is kept in the schema `vault` and reported on in `mart`. */
export function companyOf({ sql, contract, files = {}, staff = STAFF, config = CONFIG, sources = SOURCES }: Attempt): {
  readonly graph: Graph;
  readonly faults: () => Promise<readonly Fault[]>;
} {
  const texts = {
    'models/staff.sql':
      "{{ config(schema='vault') }}\nselect key, name, pay, born, town, team from {{ source('hr', 'staff') }}",
    'models/report.sql': `{{ config(schema='mart') }}\n${sql}`,
    'soda/staff.yml': `dataset: test/test/vault/staff\n${staff}`,
    ...(contract === undefined ? {} : { 'soda/report.yml': `dataset: test/test/mart/report\n${contract}` }),
    ...files,
  };
  const contracts = Object.entries(texts).filter(([file]) => file.startsWith('soda/'));
  const project = {
    ...projectOf(texts, parseProjectConfig(config, 'project.yml')),
    sources: parseSources(sources, 'sources/sources.yml'),
    contracts: new Map(contracts.map(([file, text]) => [file.slice('soda/'.length, -4), parseContract(text, file)])),
  };
  const render = createRenderer(project, { asOf: '2026-11-24', vars: {}, env: () => undefined });
  const graph = buildGraph(project, project.models.map(render));
  const { personal } = project.config;
  if (!personal) throw new Error('the project has no policy');
  return { graph, faults: async () => policyFaults(graph, await traceProject(graph), personal, project.models) };
}

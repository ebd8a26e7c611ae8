import { beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '../commands/load-project.ts';
import type { Contract } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import type { Graph, Node } from '../graph/types.ts';
import { traceProject } from '../lineage/trace-project.ts';
import type { Lineage } from '../lineage/types.ts';
import { policyFaults } from '../policy/policy-faults.ts';
import { tagColumns } from '../policy/tag-columns.ts';
import type { PersonalConfig } from '../project/personal-types.ts';
import type { Project } from '../project/types.ts';
import { ROOT } from './cli.ts';
import { SAMPLE_DAY } from './sample-project.ts';

let project: Project;
let graph: Graph;
let lineage: Lineage;
let personal: PersonalConfig;

beforeAll(async () => {
  const signal = new AbortController().signal;
  const args = { projectDir: ROOT, asOf: SAMPLE_DAY[1], threads: 1, failFast: false, argv: '', signal };
  ({ project, graph } = await loadProject(args));
  lineage = await traceProject(graph);
  if (!project.config.personal) throw new Error('project.yml has no policy');
  personal = project.config.personal;
});

/** The same project with another contract of one node. */
function faultsWith(id: string, change: (contract: Contract) => Contract): readonly Fault[] {
  const node = graph.nodes.get(id);
  if (!node?.contract) throw new Error(`${id} has no contract`);
  const nodes = new Map<string, Node>([...graph.nodes, [id, { ...node, contract: change(node.contract) }]]);
  return policyFaults({ ...graph, nodes }, lineage, personal, project.models);
}

const codes = (faults: readonly Fault[]): readonly string[] => [...new Set(faults.map(({ code }) => code))];

describe('the policy on personal data of this project', () => {
  it('is kept', () => {
    expect(policyFaults(graph, lineage, personal, project.models)).toEqual([]);
  });

  it('lets out of the schemas that may hold it what is listed here, and nothing else', () => {
    const list = [...graph.nodes.values()].flatMap(({ name, contract }) =>
      (contract?.declassify ?? []).flatMap(({ columns, kinds, as }) =>
        columns.map((column) => `${name}.${column}: ${kinds} as ${as}`),
      ),
    );
    expect([...list].sort()).toEqual([
      'anomalie.detail: location as flag',
      'anomalie.motif: location as flag',
      'ctrl_trajet.distance_m: location as measure',
      'ctrl_trajet.duree_sec: location as measure',
      'ctrl_trajet.est_incoherent: location as measure',
      'elig_prime.est_eligible_prime: salary as flag',
      'elig_prime.motif_ineligibilite: salary as flag',
      'kpi_cout_prime.cout_annuel_total_prime: salary as sum',
      'kpi_groupe.cout_annuel_total_prime_variable: salary as sum',
      'lien_salarie.nb_homonymes: identity as count',
      'salarie.tranche_age: birth as band',
    ]);
  });

  it('needs each declassification: without any one of them it does not compile', () => {
    const nodes = [...graph.nodes.values()].filter(({ contract }) => contract && contract.declassify.length > 0);
    expect(nodes).toHaveLength(7);
    for (const { id, contract } of nodes)
      for (const entry of contract?.declassify ?? []) {
        const faults = faultsWith(id, (own) => ({
          ...own,
          declassify: own.declassify.filter(({ line }) => line !== entry.line),
        }));
        expect([id, codes(faults)]).toEqual([id, [id.includes('.lien_') ? 'PERSONAL_UNTAGGED' : 'PERSONAL_LEAK']]);
      }
  });

  it('needs each exception of a model, and each tag of a contract that the sources do not give', () => {
    for (const name of Object.keys(personal.models)) {
      const { [name]: _taken, ...models } = personal.models;
      const faults = policyFaults(graph, lineage, { ...personal, models }, project.models);
      expect([name, codes(faults)]).toEqual([name, ['PERSONAL_LEAK']]);
    }
    const tagged = [...graph.nodes.values()].filter(
      ({ type, contract }) => type === 'model' && contract?.columns.some((column) => column.personal),
    );
    for (const { id, contract } of tagged)
      for (const { name, personal: kinds } of contract?.columns ?? []) {
        // Of a simulated declaration the contract alone says so.
        if (!kinds || id.endsWith('.stg_simulation__declaration')) continue;
        const faults = faultsWith(id, (own) => ({
          ...own,
          columns: own.columns.map((column) => (column.name === name ? { ...column, personal: null } : column)),
        }));
        expect([id, name, codes(faults)]).toEqual([id, name, ['PERSONAL_UNTAGGED']]);
      }
  });

  it('needs the forms as they are: the band of ages is no sum, and the total of costs is no band', () => {
    const forms = [
      ['model.sport_data_solution.salarie', 'sum'],
      ['model.sport_data_solution.kpi_cout_prime', 'band'],
      ['model.sport_data_solution.elig_prime', 'measure'],
    ] as const;
    const found = forms.map(([id, as]) =>
      codes(faultsWith(id, (own) => ({ ...own, declassify: own.declassify.map((entry) => ({ ...entry, as })) }))),
    );
    // A flag shows as little as a measure does.
    expect(found).toEqual([['DECLASSIFY_FORM'], ['DECLASSIFY_FORM'], []]);
  });

  it('lets nobody but HR be granted what holds personal data, nor by any grant the use of its schema', () => {
    const tags = tagColumns(graph, lineage, personal);
    for (const node of graph.nodes.values()) {
      if (node.type !== 'model' || !(tags.get(node.id)?.carried.size || node.relation.schema === 'sec')) continue;
      const granted = { ...node, config: { ...node.config, grants: { select: ['sds_bi'] } } };
      const nodes = new Map<string, Node>([...graph.nodes, [node.id, granted]]);
      const faults = policyFaults({ ...graph, nodes }, lineage, personal, project.models);
      expect([node.name, codes(faults)]).toEqual([node.name, ['PERSONAL_GRANTED']]);
    }
  });

  it('leaves no personal column in what Power BI may read', () => {
    const tags = tagColumns(graph, lineage, personal);
    const read = [...graph.nodes.values()].filter(
      (node) =>
        node.type === 'model' &&
        Object.values(node.config.grants ?? {})
          .flat()
          .includes('sds_bi'),
    );
    expect(read.length).toBeGreaterThan(20);
    expect(read.filter(({ id }) => tags.get(id)?.carried.size !== 0).map(({ name }) => name)).toEqual([]);
  });
});

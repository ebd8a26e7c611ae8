import type { Rendered } from '../compile/types.ts';
import { type Fault, RunnerError } from '../errors.ts';
import type { Project, SeedFile, SourceTable } from '../project/types.ts';
import { OWN_TABLES } from '../util/own-tables.ts';
import { didYouMean } from '../util/suggest.ts';
import { buildDag, CycleError } from './dag.ts';
import { modelFaults } from './model-faults.ts';
import { selectorFaults } from './select.ts';
import type { Graph, ModelNode, Node, SeedNode, SourceNode } from './types.ts';
import { unitOf } from './unit-of.ts';

/**
 * Seeds, sources and models as one graph. A requested source depends on the model it takes its requests from.
 * @throws RunnerError with every fault: `KEY_MISSING`, `CONFIG_…`, `RELATION_TAKEN`, `RELATION_TWICE`, `CONTRACT_OTHER_DATASET`, `REQUEST_UNKNOWN`, `OUTBOX_UNAUDITED`, `CYCLE`, `SELECTOR_…`
 */
export function buildGraph(project: Project, rendered: readonly Rendered[]): Graph {
  const { name } = project.config;
  const seeds = project.seeds.map((seed) => seedNode(project, seed));
  const sources = project.sources.map((source) => sourceNode(project, source));
  const models = rendered.map((model) => modelNode(project, model));
  const nodes = new Map<string, Node>([...seeds, ...sources, ...models].map((node) => [node.id, node]));
  const byName = new Map([...seeds, ...models].map((node) => [node.name, node.id]));
  const faults = [
    ...models.flatMap((node) => modelFaults(node, project)),
    ...relationFaults(
      [...seeds, ...models.filter(({ materialized }) => materialized !== 'ephemeral')],
      takenRelations(project, sources),
    ),
    ...contractFaults(project, nodes),
    ...requestFaults(sources, byName, nodes),
    ...models.flatMap((node) => unauditedFaults(node, project)),
  ];
  if (faults.length > 0) throw new RunnerError(faults);

  const idOf = (ref: string): string => byName.get(ref) ?? `model.${name}.${ref}`;
  const parentsOf = (node: Node): readonly string[] => {
    if (node.type === 'seed') return [];
    if (node.type === 'source') return node.source.requests ? [idOf(node.source.requests.model)] : [];
    return [...node.rendered.refs.map(idOf), ...node.rendered.sources.map((source) => `source.${name}.${source}`)];
  };
  const edges = new Map([...nodes.values()].map((node) => [node.id, parentsOf(node)]));
  const dag = withCycleNamed(nodes, () => {
    const built = buildDag(edges);
    if (models.some(({ config }) => config.transaction)) buildDag(betweenTransactions(nodes, edges));
    return built;
  });
  const selectors = new Map(project.config.selectors.map((selector) => [selector.name, selector]));
  const graph: Graph = { nodes, dag, idOf, selectors };
  const wrong = selectorFaults(graph);
  if (wrong.length > 0) throw new RunnerError(wrong);
  return graph;
}

/** The edges with each transaction as one node: it is run as one, so that nothing may stand between its models. */
function betweenTransactions(
  nodes: ReadonlyMap<string, Node>,
  edges: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const unitOfId = (id: string): string => {
    const node = nodes.get(id);
    return node ? unitOf(node) : id;
  };
  const merged = new Map<string, string[]>();
  for (const [id, parents] of edges) {
    const unit = unitOfId(id);
    merged.set(unit, [...(merged.get(unit) ?? []), ...parents.map(unitOfId).filter((parent) => parent !== unit)]);
  }
  return merged;
}

function modelNode(project: Project, rendered: Rendered): ModelNode {
  const { config, name, file } = rendered;
  return {
    type: 'model',
    id: `model.${project.config.name}.${name}`,
    name,
    file,
    relation: { schema: config.schema ?? 'public', name: config.alias ?? name },
    tags: config.tags ?? [],
    contract: project.contracts.get(name),
    materialized: config.materialized ?? 'view',
    config,
    rendered,
    unitTests: project.unitTests.get(name) ?? [],
  };
}

function seedNode(project: Project, seed: SeedFile): SeedNode {
  const config = project.config.seeds;
  return {
    type: 'seed',
    id: `seed.${project.config.name}.${seed.name}`,
    name: seed.name,
    file: seed.file,
    relation: { schema: config.schema ?? 'public', name: seed.name },
    tags: config.tags ?? [],
    contract: project.contracts.get(seed.name),
    config,
    seed,
  };
}

function sourceNode(project: Project, source: SourceTable): SourceNode {
  const name = `${source.system}.${source.table}`;
  const landed = { schema: project.config.rawSchema, name: `${source.system}_${source.table}` };
  return {
    type: 'source',
    id: `source.${project.config.name}.${name}`,
    name,
    file: 'sources/sources.yml',
    relation: source.loader ? landed : { schema: source.schema ?? source.system, name: source.table },
    tags: [],
    contract: undefined,
    source,
  };
}

/** What no node may build, and what it is: the runner's own tables, and those that sources land in. */
function takenRelations(project: Project, sources: readonly SourceNode[]): ReadonlyMap<string, string> {
  const landed = sources.filter(({ source }) => source.loader);
  return new Map([
    ...OWN_TABLES.map((table) => [`${project.config.stateSchema}.${table}`, "one of the runner's own tables"] as const),
    ...landed.map(
      ({ name, relation: { schema, name: table } }) => [`${schema}.${table}`, `landed by source ${name}`] as const,
    ),
  ]);
}

function relationFaults(
  nodes: readonly (ModelNode | SeedNode)[],
  taken: ReadonlyMap<string, string>,
): readonly Fault[] {
  const first = new Map<string, Node>();
  return nodes.flatMap((node) => {
    const { name, file, relation } = node;
    const built = `${relation.schema}.${relation.name}`;
    const fault = { file, found: relation.name, hint: 'Give it another schema or alias.' };
    const what = taken.get(built);
    if (what) return [{ ...fault, code: 'RELATION_TAKEN', message: `${name} can't build ${built}: it is ${what}` }];
    const other = first.get(built);
    if (other) {
      const message = `${other.name} and ${name} both build ${built}`;
      return [{ ...fault, code: 'RELATION_TWICE', message, hint: 'Give one of them another schema or alias.' }];
    }
    first.set(built, node);
    return [];
  });
}

/** A contract must be of the data source, schema and table that its node builds. */
function contractFaults(project: Project, nodes: ReadonlyMap<string, Node>): readonly Fault[] {
  return [...nodes.values()].flatMap(({ contract, relation }) => {
    if (!contract) return [];
    const expected = `${project.config.dataSource}/${project.config.database}/${relation.schema}/${relation.name}`;
    return contract.dataset === expected
      ? []
      : [
          {
            code: 'CONTRACT_OTHER_DATASET',
            message: 'the contract describes another dataset than its model',
            file: contract.file,
            line: 1,
            expected,
            found: contract.dataset,
            hint: 'It names data_source, database, schema and table: correct it, or the schema or alias of the model.',
          },
        ];
  });
}

function requestFaults(
  sources: readonly SourceNode[],
  names: ReadonlyMap<string, string>,
  nodes: ReadonlyMap<string, Node>,
): readonly Fault[] {
  return sources.flatMap(({ name, file, source }): readonly Fault[] => {
    const model = source.requests?.model;
    if (model === undefined) return [];
    const node = nodes.get(names.get(model) ?? '');
    if (node?.type === 'model' && node.materialized === 'ephemeral') {
      const message = `source ${name} takes its requests from an ephemeral model, which has no rows to read`;
      return [{ code: 'REQUEST_UNKNOWN', message, file, found: model, hint: 'Make it a view.' }];
    }
    if (node) return [];
    return [
      {
        code: 'REQUEST_UNKNOWN',
        message: `source ${name} takes its requests from an unknown model`,
        file,
        found: model,
        hint: didYouMean(model, names.keys()) ?? 'It is the name of a file in models/ or seeds/.',
      },
    ];
  });
}

/** Outboxes of a model whose rows may be others than those that its contract has passed. */
function unauditedFaults({ name, materialized }: ModelNode, { config }: Project): readonly Fault[] {
  if (materialized !== 'view' && materialized !== 'ephemeral') return [];
  return config.outbox
    .filter(({ model }) => model === name)
    .map((outbox) => ({
      code: 'OUTBOX_UNAUDITED',
      message: `outbox ${outbox.name} sends rows of ${name}, which keeps none: it is materialized as ${materialized}`,
      file: 'project.yml',
      line: outbox.line,
      found: name,
      expected: 'a table, an incremental model or a materialized view',
      hint: "Give the model materialized='table': a view shows rows at once that its contract may refuse afterwards.",
    }));
}

function withCycleNamed<T>(nodes: ReadonlyMap<string, Node>, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof CycleError)) throw error;
    const names = error.path.map((id) => nodes.get(id)?.name ?? id);
    const reader = error.path.findIndex((id) => nodes.get(id)?.type === 'model');
    const read = nodes.get(error.path[reader + 1] ?? '')?.name;
    throw new RunnerError({
      code: 'CYCLE',
      message: `models depend on each other in a circle: ${names.join(' → ')}`,
      file: nodes.get(error.path[reader] ?? '')?.file,
      found: read && `ref('${read}')`,
      hint: 'Take one ref() of the circle out: a model may only read what is built before it, and nothing may stand between the models of a transaction.',
    });
  }
}

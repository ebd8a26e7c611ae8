import type { Database } from '../adapters/types.ts';
import { createLocator } from '../compile/locate.ts';
import { createRenderer } from '../compile/render.ts';
import { parseContract } from '../contracts/parse.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph, ModelNode } from '../graph/types.ts';
import type { NodeConfig, Project } from '../project/types.ts';
import { parseUnitTests } from '../project/unit-tests.ts';
import { runUnitTests } from '../unit-tests/run.ts';
import type { LocateInTest, RenderTest, UnitTestResult } from '../unit-tests/types.ts';
import { projectOf } from './projects.ts';

/** A project around one model `m`, which may read the models `p`, `q`, the seed `codes` (column a) and the source `s.t` (column a). */
export interface UnitTestCase {
  readonly sql: string;
  /** The file of its unit tests. */
  readonly tests: string;
  /** The columns of the contract of a model, as in `{m: '{name: id, data_type: bigint}'}`; further lines are its checks. */
  readonly contracts?: Readonly<Record<string, string>>;
  readonly config?: NodeConfig;
}

export interface Opened {
  readonly project: Project;
  readonly graph: Graph;
  readonly node: ModelNode;
  readonly render: RenderTest;
  readonly locate: LocateInTest;
}

export function openCase({ sql, tests, contracts = {}, config = {} }: UnitTestCase): Opened {
  const files = { 'models/m.sql': sql, 'models/p.sql': 'select 1', 'models/q.sql': 'select 1', 'seeds/codes.csv': '' };
  const base = projectOf({ ...files, 'sources/s__t.x': '' });
  const project: Project = {
    ...base,
    models: base.models.map((model) => (model.name === 'm' ? { ...model, config } : model)),
    contracts: new Map(Object.entries(contracts).map(([name, columns]) => [name, contractOf(name, columns, config)])),
    unitTests: new Map([['m', parseUnitTests(tests, 'models/m.tests.yml').tests]]),
  };
  const render: RenderTest = (node, asOf, vars) => {
    const file = project.models.find(({ name }) => name === node.name);
    return file ? createRenderer(project, { asOf, vars, env: () => undefined })(file) : node.rendered;
  };
  const models = project.models.map(
    createRenderer(project, { asOf: '2026-11-24', vars: { limit: 1 }, env: () => undefined }),
  );
  const graph = buildGraph(project, models);
  const node = graph.nodes.get('model.test.m');
  if (node?.type !== 'model') throw new Error('no model m');
  const locate: LocateInTest = async (model, { asOf, vars }, incremental, offset) => {
    const file = project.models.find(({ name }) => name === model);
    const locator = createLocator(project, { asOf, vars, env: () => undefined });
    return file ? locator(file, incremental, offset) : {};
  };
  return { project, graph, node, render, locate };
}

function contractOf(name: string, columns: string, config: NodeConfig): ReturnType<typeof parseContract> {
  const relation = name === 'm' ? `${config.schema ?? 'public'}/${config.alias ?? name}` : `public/${name}`;
  const [list = '', ...rest] = columns.split('\n');
  const text = `dataset: test/test/${relation}\ncolumns: [${list}]\n${rest.join('\n')}`;
  return parseContract(text, `soda/${name}.yml`);
}

/** Runs the tests in a transaction; the results. */
export function runCase(db: Database, unitTests: UnitTestCase): Promise<readonly UnitTestResult[]> {
  const { graph, node, render, locate } = openCase(unitTests);
  return db.transaction((tx) => runUnitTests(tx, node, { graph, render, locate }));
}

/** One test of `m` whose expected rows are these: its outcome, or what was found or said. */
export async function outcomeOf(db: Database, unitTests: UnitTestCase): Promise<string> {
  const [result] = await runCase(db, unitTests);
  return result?.outcome === 'PASSED' ? 'PASSED' : `${result?.outcome} ${result?.message}`;
}

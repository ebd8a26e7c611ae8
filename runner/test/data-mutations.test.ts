import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '../commands/load-project.ts';
import { loadParser } from '../compile/sql.ts';
import { references } from '../compile/sql-references.ts';
import { evaluateContract } from '../contracts/evaluate.ts';
import { undone } from '../contracts/testing.ts';
import type { Contract } from '../contracts/types.ts';
import type { Graph, Node } from '../graph/types.ts';
import { OWN_TABLES } from '../util/own-tables.ts';
import type { Relation } from '../util/sql.ts';
import { MUTATIONS } from './data-mutations.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

type Contracted = Node & { readonly contract: Contract };

/** Checks that say a rule of the business in SQL of their own. */
const LAWS: readonly string[] = ['failed_rows', 'metric', 'freshness'];

let project: SampleProject;
let graph: Graph;
let nodes: readonly Contracted[];

beforeAll(async () => {
  // With simulated declarations, so that no table is empty.
  project = await sampleProject({ SIMULATION: '1' });
  const { code, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const signal = new AbortController().signal;
  const args = { projectDir: project.dir, asOf: SAMPLE_DAY[1], threads: 1, failFast: false, argv: '', signal };
  graph = (await loadProject(args)).graph;
  nodes = [...graph.nodes.values()].filter((node): node is Contracted => node.contract !== undefined);
});
afterAll(() => project?.close());

/** What a contract says of data that were changed and are put back. */
async function verdictAfter(sql: string, { contract, relation }: Contracted, of: Relation = relation) {
  return undone(project.db, async (tx) => {
    await tx.query(sql);
    return evaluateContract(tx, contract, { relation: of, clock: new Date() });
  });
}

function nodeOf(name: string): Contracted {
  return nodes.find((node) => node.name === name) as Contracted;
}

describe('the contracts', () => {
  it('all pass on the data as they are', async () => {
    for (const node of nodes) {
      const { status, checks, errors } = await verdictAfter('select 1', node);
      const others = checks.filter(({ outcome }) => outcome !== 'PASSED');
      expect({ node: node.name, status, others, errors }).toEqual({
        node: node.name,
        status: 'PASSED',
        others: [],
        errors: [],
      });
    }
  });

  it.each(MUTATIONS.map((mutation) => [mutation.node, mutation.title, mutation] as const))(
    'of %s finds that %s',
    async (_node, _title, { node, sql, check, outcome }) => {
      const { checks, errors } = await verdictAfter(sql, nodeOf(node));
      expect(errors).toEqual([]);
      expect(checks.find(({ path }) => path === check)?.outcome).toBe(outcome);
    },
  );

  it('hold no law that no change of the data above would break', () => {
    const broken = new Set(MUTATIONS.map(({ node, check }) => `${node} ${check}`));
    const laws = nodes.flatMap(({ name, contract }) =>
      contract.checks.filter(({ type }) => LAWS.includes(type)).map(({ path }) => `${name} ${path}`),
    );
    expect(laws.length).toBeGreaterThan(100);
    expect(laws.filter((law) => !broken.has(law))).toEqual([]);
  });

  it('of every model and seed find each row that stands twice', async () => {
    for (const node of nodes) {
      const { schema, name } = node.relation;
      const [[rows = ''] = []] = await project.rows(`select count(*) from ${schema}.${name}`);
      const twice = `create table public.${name} as select * from ${schema}.${name} union all select * from ${schema}.${name}`;
      const { checks } = await verdictAfter(twice, node, { schema: 'public', name });
      const failed = checks.filter(({ outcome }) => outcome === 'FAILED');
      // A model of one row has no key: that there are two is enough.
      const ofKey = failed.filter(({ type }) => type === 'duplicate' || (type === 'row_count' && rows === '1'));
      const surplus = ofKey.map(({ type, value }) => (type === 'duplicate' ? value : String(Number(value) - 1)));
      expect(Number(rows), node.name).toBeGreaterThan(0);
      expect(surplus, node.name).toContain(rows);
    }
  });
});

describe('every model and seed', () => {
  // An ephemeral model has no relation that a contract could be asked of.
  const built = (): readonly Node[] =>
    [...graph.nodes.values()].filter(
      (node) => node.type !== 'source' && !(node.type === 'model' && node.materialized === 'ephemeral'),
    );

  it('has a contract that says what it is, what one row is, and which columns there are', () => {
    const lacking = built().filter(({ contract }) => {
      const isExact = contract?.checks.some((check) => check.type === 'schema' && !check.allowExtraColumns);
      return !contract?.description || !contract.grain || !isExact;
    });
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  it('has a type and a description for each column', () => {
    const lacking = nodes.flatMap(({ name, contract }) =>
      contract.columns
        .filter(({ dataType, description }) => !dataType || !description)
        .map((column) => `${name}.${column.name}`),
    );
    expect(lacking).toEqual([]);
  });

  it('is checked by SQL that reads itself and what is built before it, under names with their schema', async () => {
    const { check: parse } = await loadParser();
    const own = OWN_TABLES.map((table) => `ops.${table}`);
    const wrong = nodes.flatMap((node) => {
      const known = [...graph.dag.ancestors(node.id), node.id].flatMap((id) => graph.nodes.get(id)?.relation ?? []);
      const allowed = new Set([...own, ...known.map(({ schema, name }) => `${schema}.${name}`)]);
      return readBy(node.contract, parse)
        .filter((table) => !allowed.has(table))
        .map((table) => `${node.name}: ${table}`);
    });
    expect(wrong).toEqual([]);
    expect(readBy(nodeOf('vw_kpi_age').contract, parse)).toContain('sec.declaration');
  });
});

/** The relations that the checks of a contract read besides their own, by `schema.name`. */
function readBy({ checks }: Contract, parse: Awaited<ReturnType<typeof loadParser>>['check']): readonly string[] {
  return checks.flatMap((check) => {
    const queries = 'query' in check && check.query ? [check.query] : [];
    const expressions = 'expression' in check && check.expression ? [`select (\n${check.expression}\n)`] : [];
    const inSql = [...queries, ...expressions].flatMap((sql) => {
      const parsed = parse(sql);
      if (!('tree' in parsed)) throw new Error(parsed.message);
      return references(JSON.parse(parsed.tree))
        .relations.filter(({ hidden }) => !hidden)
        .map(({ schema, name }) => `${schema}.${name}`);
    });
    const reference = check.type === 'invalid' ? check.validity.reference : null;
    return reference ? [...inSql, `${reference.schema}.${reference.table}`] : inSql;
  });
}

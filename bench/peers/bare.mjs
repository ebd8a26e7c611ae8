// The same build as bare SQL: the statements that make, check and open every table and view, one after another through one
// connection of `pg`, and nothing else. As a program: node bench/peers/bare.mjs <file of statements>, PG* of the environment.
import fs from 'node:fs';
import process from 'node:process';
import pg from 'pg';

if (process.argv[1] === import.meta.filename) await run(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));

async function run(statements) {
  const client = new pg.Client();
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** What a build makes, checks and opens. Sources are read from their whole raw tables, which hold one batch each. */
export async function statementsOf({ graph }) {
  const { bound, modelSql } = await import('../../dist/runner/execute/model-sql.js');
  const { aggregateQuery, planContract } = await import('../../dist/runner/contracts/plan.js');
  const { identifier, literal, quoted } = await import('../../dist/runner/util/sql.js');
  const nodes = graph.dag.order
    .map((id) => graph.nodes.get(id))
    .filter(({ type, materialized }) => type !== 'source' && materialized !== 'ephemeral');
  const source = (node) => quoted(node.relation);
  const schemas = new Set(nodes.map(({ relation }) => relation.schema));

  const made = (node) => {
    const name = quoted(node.relation);
    if (node.type === 'model') {
      const kind = node.materialized === 'view' ? 'view' : 'table';
      return [`create ${kind} ${name} as\n${modelSql(graph, node, false, source)}`];
    }
    const types = new Map(node.contract?.columns.map((column) => [column.name, column.dataType]));
    const columns = node.seed.header.map((column) => `${identifier(column)} ${types.get(column) ?? 'text'}`);
    const rows = node.seed.rows.map(
      ({ cells }) => `(${cells.map((cell) => (cell === null ? 'null' : literal(cell))).join(', ')})`,
    );
    return [`create table ${name} (${columns.join(', ')})`, `insert into ${name} values ${rows.join(', ')}`];
  };
  const checked = ({ contract, relation }) => {
    if (!contract) return [];
    const { rows, metrics, checks } = planContract(contract, relation);
    const own = checks.flatMap(({ queries }) => Object.values(queries).map(({ sql }) => sql));
    return [aggregateQuery(rows, metrics, false), ...own];
  };
  const opened = ({ relation, config }) =>
    (config.grants?.select ?? []).map((role) => `grant select on ${quoted(relation)} to ${identifier(role)}`);
  const hooked = (node, when) => (node.rendered?.hooks[when] ?? []).map((hook) => bound(graph, node, hook, source).sql);

  return [
    ...[...schemas].map((schema) => `create schema if not exists ${identifier(schema)}`),
    ...nodes.flatMap((node) => [
      ...hooked(node, 'before'),
      ...made(node),
      ...checked(node),
      ...opened(node),
      ...hooked(node, 'after'),
    ]),
  ];
}

/** The scripts of all unit tests, each undone by the next. */
export async function unitTestsOf({ graph, renderTest }) {
  const { DEFAULT_DAY, planTest } = await import('../../dist/runner/unit-tests/plan.js');
  const scripts = [];
  for (const node of graph.nodes.values())
    for (const test of node.unitTests ?? []) {
      const rendered = await renderTest(node, test.asOf ?? DEFAULT_DAY, test.vars);
      scripts.push(`rollback to savepoint test;\n${planTest(graph, node, test, rendered).sql}`);
    }
  return ['begin; savepoint test', ...scripts, 'rollback'];
}

// This project as a SQLMesh project, as its documentation teaches: a model a file with its kind and columns, built-in audits where
// there is one, audits written in the model's file for conditions and queries of the author's, raw tables as external models.
import fs from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { testsOf } from './tests-of.mjs';

/** @returns the number of audits, as SQLMesh counts them */
export function writeSqlMesh(dir, { project, graph }) {
  const write = (file, text) => {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), `${text.trimEnd()}\n`);
  };
  write('config.yaml', stringify(CONFIG));
  const nodes = [...graph.nodes.values()];
  const named = new Map(nodes.map((node) => [nameOf(node), node]));
  const external = nodes.filter(({ type }) => type === 'source').map((node) => ({ name: nameOf(node) }));
  write('external_models.yaml', stringify(external));
  let count = 0;
  for (const node of nodes.filter(({ type }) => type !== 'source')) {
    const tests = testsOf(node.contract);
    const audits = auditsOf(node, tests);
    count += audits.calls.length;
    const reads = graph.dag.parents(node.id).map((id) => nameOf(graph.nodes.get(id)));
    const read = [...new Set([...reads, ...tests.flatMap((test) => namesIn(test, named))])];
    const columns = (node.contract?.columns ?? []).map(({ name, dataType }) => `"${name}" ${dataType}`);
    const properties = [
      `name ${nameOf(node)}`,
      `kind ${kindOf(node)}`,
      node.contract?.description && `description '${node.contract.description.replaceAll("'", "''")}'`,
      columns.length > 0 && node.materialized !== 'ephemeral' && `columns (${columns.join(', ')})`,
      node.type === 'model' && `depends_on (${read.filter((name) => name !== nameOf(node)).join(', ')})`,
      audits.calls.length > 0 && `audits (\n    ${audits.calls.join(',\n    ')}\n  )`,
    ];
    const head = `MODEL (\n  ${properties.filter(Boolean).join(',\n  ')}\n);`;
    if (node.type === 'seed') fs.cpSync(path.join(project.dir, node.file), path.join(dir, 'seeds', `${node.name}.csv`));
    // Its parser takes `limit all`, which keeps two parts of a query apart, for a column; the rows are the same without.
    const body = node.type === 'seed' ? '' : sql(graph, node.rendered.body).replaceAll(/^\s*limit all$/gm, '');
    write(
      `models/${node.relation.schema}/${node.name}.sql`,
      [head, body && `${body};`, ...audits.own].filter(Boolean).join('\n\n'),
    );
  }
  return count;
}

const env = (name) => `{{ env_var('${name}') }}`;
/** Its optimizer is off: two models came out with other rows. */
const CONFIG = {
  gateways: {
    bench: {
      connection: {
        type: 'postgres',
        host: env('PGHOST'),
        port: env('PGPORT'),
        user: env('PGUSER'),
        password: env('PGPASSWORD'),
        database: env('PGDATABASE'),
        concurrent_tasks: 4,
      },
    },
  },
  default_gateway: 'bench',
  model_defaults: { dialect: 'postgres', start: '2026-01-01', optimize_query: false },
};

const nameOf = ({ relation }) => `${relation.schema}.${relation.name}`;

/** A model that adds to its table is built as a whole: its kinds for that merge by a key, which the groups of a history are not. */
function kindOf({ type, name, materialized }) {
  if (type === 'seed') return `SEED (path '$root/seeds/${name}.csv')`;
  return { view: 'VIEW', ephemeral: 'EMBEDDED' }[materialized] ?? 'FULL';
}

function auditsOf(node, tests) {
  const own = [];
  const nulls = tests.filter(({ type }) => type === 'not_null').flatMap(({ columns }) => columns);
  const calls = nulls.length > 0 ? [`not_null(columns := (${nulls.join(', ')}))`] : [];
  for (const test of tests) {
    const { type, columns, column, values, to, where, warn } = test;
    if (type === 'unique' && columns.length === 1) calls.push(`unique_values(columns := (${columns[0]}))`);
    else if (type === 'unique') calls.push(`unique_combination_of_columns(columns := (${columns.join(', ')}))`);
    else if (type === 'accepted')
      calls.push(
        `accepted_values(column := ${column}, is_in := (${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')}))`,
      );
    else if (['relationship', 'rows', 'figure', 'query'].includes(type)) {
      const name = `${node.name}_${own.length + 1}`;
      own.push(`AUDIT (name ${name}${warn ? ', blocking false' : ''});\n${queryOf({ ...test, to, where }, node)};`);
      calls.push(name);
    }
  }
  return { calls, own };
}

function queryOf({ type, column, to, where, sql: text, holds }, node) {
  switch (type) {
    case 'relationship':
      return `select c.* from (select * from @this_model${where ? ` where ${where}` : ''}) as c
left join ${to.schema}.${to.table} as r on c.${column} = r.${to.column} where c.${column} is not null and r.${to.column} is null`;
    case 'rows':
      return `select * from @this_model where ${text}`;
    case 'figure':
      return `select * from (select ${text} as figure from @this_model) as measured where (figure ${holds}) is not true`;
    case 'query':
      return (
        text
          .replaceAll(new RegExp(`\\b${node.relation.schema}\\.${node.relation.name}\\b`, 'g'), '@this_model')
          // Its parser takes `a -> b ->> c` for `a -> (b ->> c)`; the functions behind these operators it leaves alone.
          .replaceAll(/([\w.]+) -> ([\w.']+) ->> ('\w+')/g, 'jsonb_object_field_text(jsonb_object_field($1, $2), $3)')
      );
  }
}

/** What a query of the author's names, and the reference of a relationship. */
function namesIn({ type, sql: text, to }, named) {
  if (type === 'relationship') return [`${to.schema}.${to.table}`];
  if (type !== 'query') return [];
  return (text.match(/\b[a-z_]+\.[a-z_0-9]+\b/g) ?? []).filter((name) => named.has(name));
}

function sql(graph, body) {
  const named = new Map([...graph.nodes.values()].map((node) => [node.name, nameOf(node)]));
  return body.replaceAll(/"(?:ref|source):([^"]+)"/g, (_, name) => named.get(name));
}

// This project as a dbt project, as dbt's documentation teaches: properties with an enforced contract, generic tests where dbt
// has one, singular tests for a query of the author's, hooks, grants, incremental models and sources.
import fs from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { writeFrame } from './dbt-frame.mjs';
import { testsOf } from './tests-of.mjs';

/** @returns the number of tests, as dbt counts them */
export function writeDbt(dir, { project, graph }) {
  const write = (file, text) => {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), `${text.trimEnd()}\n`);
  };
  const nodes = [...graph.nodes.values()];
  const refs = refsIn(nodes);
  writeFrame(write, nodes);
  let tests = 0;
  for (const node of nodes.filter(({ type }) => type !== 'source')) {
    const all = testsOf(node.contract);
    const queries = all.filter(({ type }) => type === 'query');
    const listed = all.filter(({ type }) => type !== 'query' && type !== 'schema');
    tests += queries.length + listed.length;
    for (const [index, { sql, warn }] of queries.entries())
      write(`tests/${node.name}_${index + 1}.sql`, `${warn ? "{{ config(severity='warn') }}\n" : ''}${refs(sql)}`);
    const isSeed = node.type === 'seed';
    const [folder, properties] = isSeed ? ['seeds', seedOf(node)] : ['models', modelOf(node)];
    const kind = isSeed ? 'seeds' : 'models';
    const described = { name: node.name, ...properties, ...columnsAndTests(node, listed, isSeed) };
    write(`${folder}/${node.relation.schema}/${node.name}.yml`, stringify({ version: 2, [kind]: [described] }));
    if (isSeed)
      fs.copyFileSync(
        path.join(project.dir, node.file),
        path.join(dir, folder, node.relation.schema, `${node.name}.csv`),
      );
    else write(`models/${node.relation.schema}/${node.name}.sql`, bodyOf(node));
  }
  return tests;
}

function seedOf(node) {
  const types = Object.fromEntries((node.contract?.columns ?? []).map(({ name, dataType }) => [name, dataType]));
  return { config: { schema: node.relation.schema, column_types: types, grants: grantsOf(node) } };
}

function modelOf(node) {
  const { schema, unique_key, group_key, incremental_strategy } = node.config;
  const incremental =
    node.materialized === 'incremental'
      ? { unique_key: unique_key ?? group_key, incremental_strategy, on_schema_change: 'fail' }
      : {};
  const contract = node.contract && node.materialized !== 'ephemeral' ? { contract: { enforced: true } } : {};
  // A hook of several statements in one (the policies of the history) is cut at each semicolon by dbt 2.0: left out of both.
  const hooks = node.rendered.hooks.after.filter((hook) => !hook.includes(';'));
  return {
    config: {
      schema,
      materialized: node.materialized,
      ...incremental,
      ...contract,
      grants: grantsOf(node),
      post_hook: hooks.map(jinja),
    },
  };
}

const grantsOf = (node) => node.config.grants ?? {};

function columnsAndTests(node, tests, isSeed) {
  const ofColumn = (name) => tests.filter(isOfColumn).filter((test) => (test.column ?? test.columns[0]) === name);
  const columns = (node.contract?.columns ?? []).map(({ name, dataType, description }) => ({
    name,
    ...(isSeed ? {} : { data_type: dataType }),
    ...(name === name.toLowerCase() ? {} : { quote: true }),
    description: description ?? '',
    data_tests: ofColumn(name).map(genericOf),
  }));
  return {
    description: node.contract?.description ?? '',
    columns,
    data_tests: tests.filter((test) => !isOfColumn(test)).map(genericOf),
  };
}

const isOfColumn = ({ type, columns }) =>
  ['not_null', 'accepted', 'relationship'].includes(type) || (type === 'unique' && columns.length === 1);

function genericOf(test) {
  const [name, given] = calledWith(test);
  const config = { ...(test.warn ? { severity: 'warn' } : {}), ...(test.where ? { where: test.where } : {}) };
  const told = {
    ...(Object.keys(given).length > 0 ? { arguments: given } : {}),
    ...(Object.keys(config).length > 0 ? { config } : {}),
  };
  return Object.keys(told).length > 0 ? { [name]: told } : name;
}

function calledWith({ type, columns, values, to, sql, holds }) {
  switch (type) {
    case 'not_null':
      return ['not_null', {}];
    case 'unique':
      return columns.length === 1 ? ['unique', {}] : ['unique_together', { columns }];
    case 'accepted':
      return ['accepted_values', { values }];
    case 'relationship':
      return ['relationships', { to: `ref('${to.table}')`, field: to.column }];
    case 'rows':
      return ['no_rows', { where_true: sql }];
    case 'figure':
      return ['figure', { sql, holds }];
  }
}

function bodyOf({ rendered: { body, incrementalBody } }) {
  if (body === incrementalBody) return jinja(body);
  return `{% if is_incremental() %}\n${jinja(incrementalBody)}\n{% else %}\n${jinja(body)}\n{% endif %}`;
}

/** Placeholders of a rendered text as dbt writes them. */
function jinja(text) {
  return text
    .replaceAll('"this:"', '{{ this }}')
    .replaceAll(/"ref:([^"]+)"/g, "{{ ref('$1') }}")
    .replaceAll(/"source:([^."]+)\.([^"]+)"/g, "{{ source('$1', '$2') }}");
}

/** @returns a function that writes the relations a query names as refs: dbt waits for them */
function refsIn(nodes) {
  const named = new Map(nodes.map((node) => [`${node.relation.schema}.${node.relation.name}`, node]));
  return (sql) =>
    sql.replaceAll(/\b[a-z_]+\.[a-z_0-9]+\b/g, (name) => {
      const node = named.get(name);
      if (!node) return name;
      const [system, table] = node.name.split('.');
      return node.type === 'source' ? `{{ source('${system}', '${table}') }}` : `{{ ref('${node.name}') }}`;
    });
}

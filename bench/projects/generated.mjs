// The same generated project in the form that each tool reads: `models` tables in layers of a hundred, each made of up to
// ten of the layer before by two macros, with a contract of five checks. Business content: none.
import fs from 'node:fs';
import path from 'node:path';

const LAYER = 100;
const REFS = 10;

/** Ids of the models, and what each reads: ten of the former layer, spread over it. */
export function shapeOf(models, refs = REFS) {
  return Array.from({ length: models }, (_, index) => {
    const layer = Math.floor(index / LAYER);
    const reads = Array.from(
      { length: layer === 0 ? 0 : refs },
      (_ref, n) => (layer - 1) * LAYER + ((index + n * 7) % LAYER),
    );
    return { name: nameOf(index), layer, reads: [...new Set(reads)].map(nameOf) };
  });
}

const nameOf = (index) => `m_${String(index).padStart(5, '0')}`;

/** @param of how this tool writes a ref, and a call of a macro with its arguments */
function bodyOf({ name, layer, reads }, { ref, cents, label }) {
  if (layer === 0)
    return `select id, ${label(`'${name}'`)} as label, ${cents('id * 100')} as amount, date '2026-01-01' + id as day
from generate_series(1, 10) as id`;
  const imports = reads.map((read) => `${read} as (\n\n    select * from ${ref(read)}\n\n)`).join(',\n\n');
  const joins = reads.slice(1).map((read) => `    inner join ${read} on ${reads[0]}.id = ${read}.id`);
  const sum = reads.map((read) => `${read}.amount`).join(' + ');
  return `with

${imports},

final as (

    select
        ${reads[0]}.id,
        ${label(`${reads[0]}.label`)} as label,
        ${cents(`(${sum}) / ${reads.length}`)} as amount,
        ${reads[0]}.day
    from ${reads[0]}
${joins.join('\n')}

)

select * from final`;
}

const JINJA = {
  ref: (name) => `{{ ref('${name}') }}`,
  cents: (sql) => `{{ cents("${sql}") }}`,
  label: (sql) => `{{ label("${sql}") }}`,
};
const CENTS = 'round(({{ x }})::numeric / 100, 2)';
const LABEL = 'upper(btrim({{ x }}))';
const COLUMNS = { id: 'integer', label: 'text', amount: 'numeric', day: 'date' };

function writer(dir) {
  return (file, text) => {
    const target = path.join(dir, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, `${text.trimEnd()}\n`);
  };
}

/** For the runner: a contract each. @param indexed whether each has a unique index on its key */
export function writeRunner(dir, models, { materialized = 'table', indexed = false } = {}) {
  const write = writer(dir);
  const indexes = indexed ? ', indexes: [{columns: [id], unique: true}]' : '';
  write(
    'project.yml',
    `name: generated\nmodels:\n  g: {schema: g, materialized: ${materialized}${indexes}}\nseeds: {schema: g}`,
  );
  write('macros/cents.sql', `{%- macro cents(x) -%}\n${CENTS}\n{%- endmacro -%}`);
  write('macros/label.sql', `{%- macro label(x) -%}\n${LABEL}\n{%- endmacro -%}`);
  for (const model of models) {
    const folder = `l${model.layer}`;
    write(`models/g/${folder}/${model.name}.sql`, `-- grain: one row per id\n${bodyOf(model, JINJA)}`);
    write(
      `soda/g/${folder}/${model.name}.yml`,
      `dataset: generated/generated/g/${model.name}
description: ${model.name} of the generated project.
checks:
  - schema:
  - row_count:
columns:
${Object.entries(COLUMNS)
  .map(
    ([name, type]) =>
      `  - {name: ${name}, data_type: ${type}, description: The ${name}${name === 'id' ? ', checks: [{missing: }, {duplicate: }]' : name === 'amount' ? ', checks: [{invalid: {valid_min: 0}}]' : ''}}`,
  )
  .join('\n')}`,
    );
  }
}

/** For dbt: the same checks as tests of its own, one YAML file of a model each. */
export function writeDbt(dir, models, { materialized = 'table' } = {}) {
  const write = writer(dir);
  write(
    'dbt_project.yml',
    `name: generated\nversion: '1.0'\nprofile: bench\nmodels: {generated: {+materialized: ${materialized}}}`,
  );
  write('macros/cents.sql', `{% macro cents(x) -%}\n${CENTS}\n{%- endmacro %}`);
  write('macros/label.sql', `{% macro label(x) -%}\n${LABEL}\n{%- endmacro %}`);
  write(
    'macros/at_least.sql',
    '{% test at_least(model, column_name, least) %}\nselect * from {{ model }} where {{ column_name }} < {{ least }}\n{% endtest %}\n{% test has_rows(model) %}\nselect 1 where not exists (select 1 from {{ model }})\n{% endtest %}',
  );
  write(
    'profiles.yml',
    'bench: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 1, user: u, password: p, dbname: d, schema: g, threads: 2}}}',
  );
  for (const model of models) {
    const folder = `l${model.layer}`;
    write(`models/${folder}/${model.name}.sql`, `-- grain: one row per id\n${bodyOf(model, JINJA)}`);
    write(
      `models/${folder}/${model.name}.yml`,
      `version: 2
models:
  - name: ${model.name}
    description: ${model.name} of the generated project.
    config: {contract: {enforced: true}}
    data_tests: [has_rows]
    columns:
${Object.entries(COLUMNS)
  .map(
    ([name, type]) =>
      `      - {name: ${name}, data_type: ${type}, description: The ${name}${name === 'id' ? ', data_tests: [not_null, unique]' : name === 'amount' ? ', data_tests: [{at_least: {arguments: {least: 0}}}]' : ''}}`,
  )
  .join('\n')}`,
    );
  }
}

/** For SQLMesh: the same checks as audits of the model. */
export function writeSqlMesh(dir, models) {
  const write = writer(dir);
  const macro = {
    ref: (name) => `g.${name}`,
    cents: (sql) => `@cents(${sql})`,
    label: (sql) => `@label(${sql})`,
  };
  write(
    'config.yaml',
    `gateways: {local: {connection: {type: duckdb}}}
default_gateway: local
model_defaults: {dialect: postgres, start: 2026-01-01}`,
  );
  write('macros/__init__.py', '');
  write(
    'macros/money.py',
    `from sqlmesh import macro


@macro()
def cents(evaluator, x):
    return f"round(({x.sql()})::numeric / 100, 2)"


@macro()
def label(evaluator, x):
    return f"upper(btrim({x.sql()}))"`,
  );
  for (const model of models)
    write(
      `models/l${model.layer}/${model.name}.sql`,
      `MODEL (
  name g.${model.name},
  kind FULL,
  grain id,
  description '${model.name} of the generated project.',
  columns (${Object.entries(COLUMNS)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ')}),
  audits (
    number_of_rows(threshold := 0),
    not_null(columns := (id)),
    unique_values(columns := (id)),
    accepted_range(column := amount, min_v := 0)
  )
);

${bodyOf(model, macro)}`,
    );
}

/** For Dataform: the same checks as assertions. Its package `@dataform/core`, which it wants within the project, is not there yet. */
export function writeDataform(dir, models) {
  const write = writer(dir);
  const js = {
    ref: (name) => `\${ref("${name}")}`,
    cents: (sql) => `\${money.cents(\`${sql}\`)}`,
    label: (sql) => `\${money.label(\`${sql}\`)}`,
  };
  write('workflow_settings.yaml', 'defaultProject: generated\ndefaultLocation: EU\ndefaultDataset: g');
  write('package.json', '{"dependencies": {"@dataform/core": "*"}}');
  write(
    'includes/money.js',
    `module.exports = {\n  cents: (x) => 'round((' + x + ')::numeric / 100, 2)',\n  label: (x) => 'upper(btrim(' + x + '))',\n};`,
  );
  for (const model of models)
    write(
      `definitions/l${model.layer}/${model.name}.sqlx`,
      `config {
  type: "table",
  description: "${model.name} of the generated project.",
  columns: {${Object.keys(COLUMNS)
    .map((name) => `${name}: "The ${name}"`)
    .join(', ')}},
  assertions: {uniqueKey: ["id"], nonNull: ["id"], rowConditions: ["amount >= 0"]}
}

${bodyOf(model, js)}`,
    );
}

// What a dbt project has beside its models: the profile, the sources, and the generic tests that dbt itself has not.
import { stringify } from 'yaml';

export function writeFrame(write, nodes) {
  write('dbt_project.yml', stringify({ name: 'company', version: '1.0', profile: 'bench' }));
  write('profiles.yml', stringify({ bench: { target: 'bench', outputs: { bench: PROFILE } } }));
  for (const [file, text] of Object.entries(MACROS)) write(`macros/${file}`, text);
  write('models/sources.yml', stringify({ version: 2, sources: sourcesOf(nodes) }));
}

const MACROS = {
  // Schemas are named as they are.
  'generate_schema_name.sql':
    '{% macro generate_schema_name(custom, node) %}{{ custom or target.schema }}{% endmacro %}',
  'no_rows.sql': `{% test no_rows(model, where_true) %}
select * from {{ model }} where {{ where_true }}
{% endtest %}`,
  'figure.sql': `{% test figure(model, sql, holds) %}
select * from (select {{ sql }} as figure from {{ model }}) as measured where (figure {{ holds }}) is not true
{% endtest %}`,
  'unique_together.sql': `{% test unique_together(model, columns) %}
select {{ columns | join(', ') }} from {{ model }} group by {{ columns | join(', ') }} having count(*) > 1
{% endtest %}`,
};

const env = (name) => `{{ env_var('${name}') }}`;
const PROFILE = {
  type: 'postgres',
  host: env('PGHOST'),
  port: "{{ env_var('PGPORT') | int }}",
  user: env('PGUSER'),
  password: env('PGPASSWORD'),
  dbname: env('PGDATABASE'),
  schema: 'dbt',
  threads: 4,
};

function sourcesOf(nodes) {
  const tables = nodes.filter(({ type }) => type === 'source');
  const systems = new Set(tables.map(({ name }) => name.split('.')[0]));
  return [...systems].map((system) => {
    const of = tables.filter(({ name }) => name.startsWith(`${system}.`));
    return {
      name: system,
      schema: of[0].relation.schema,
      tables: of.map((node) => ({ name: node.name.split('.')[1], identifier: node.relation.name })),
    };
  });
}

import { type Bound, bind } from '../compile/bind.ts';
import type { Rendered } from '../compile/types.ts';
import type { Graph, ModelNode, Node } from '../graph/types.ts';
import type { TestRows, UnitTest } from '../project/types.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';
import { columnsOf, inputsOf, splitColumn, textOf } from './inputs.ts';
import { type Fragment, joined, type Script, scriptOf } from './script.ts';

/** The day of a test that states none: fixed, so that no test depends on the day on which it is run. */
export const DEFAULT_DAY = '2000-01-01';

/**
 * A test as one script. Inputs become temporary views over typed values, so that the model's SQL runs as it is, whatever
 * names it gives them; one that is not given is empty, a column that is not given NULL. The last statement returns the
 * rows that differ: `missing` or `extra`, then the columns compared. With `this` given the model is incremental.
 * Whoever runs it must undo it.
 */
export function planTest(graph: Graph, node: ModelNode, test: UnitTest, rendered: Rendered): Script {
  const incremental = test.given.this !== undefined && node.materialized === 'incremental';
  const inputs = [...inputsOf(graph, node)];
  const relations = temporaryRelations(inputs);
  const relationOf = (name: string): Relation => relations.get(name) ?? { schema: 'pg_temp', name };
  const body = bind(incremental ? rendered.incrementalBody : rendered.body, {
    ref: relationOf,
    source: (name) => quoted(relationOf(name)),
    self: relationOf('this'),
  });
  return scriptOf([
    settings(test),
    ...inputs.flatMap(([name, input]) => inputView(name, input, relationOf(name), test.given[name])),
    ...comparison(node, test, body, incremental),
  ]);
}

/** A view is named like the relation it stands for, which SQL may use as an alias; two of one name are told apart by schema. */
function temporaryRelations(inputs: readonly (readonly [string, Node])[]): ReadonlyMap<string, Relation> {
  const taken = new Set<string>();
  return new Map(
    inputs.map(([input, { relation }]) => {
      const name = taken.has(relation.name) ? `${relation.schema}.${relation.name}` : relation.name;
      taken.add(name);
      return [input, { schema: 'pg_temp', name }];
    }),
  );
}

/** The identity that models read from the session. */
function settings(test: UnitTest): string {
  const values = {
    'runner.run_id': 'unit-test',
    'runner.run_label': 'unit-test',
    'runner.run_started_at': `${test.asOf ?? DEFAULT_DAY}T12:00:00Z`,
  };
  const calls = Object.entries(values).map(([name, value]) => `set_config(${literal(name)}, ${literal(value)}, true)`);
  return `select ${calls.join(', ')};\n`;
}

function inputView(name: string, node: Node, relation: Relation, given: TestRows | undefined): readonly Fragment[] {
  const types = new Map(columnsOf(node) ?? []);
  for (const key of given?.columns ?? []) {
    const column = splitColumn(key);
    types.set(column.name, column.type ?? types.get(column.name) ?? 'text');
  }
  const columns = [...types];
  const keys = new Map((given?.columns ?? []).map((key) => [splitColumn(key).name, key]));
  const rows = (given?.rows ?? []).map((row, index): readonly Fragment[] => {
    const cells = columns.map(([column, type]): Fragment => {
      const key = keys.get(column);
      const value = textOf((key === undefined ? null : row.cells[key]) ?? null, type);
      const place = { kind: 'cell', input: name, row: index + 1, column, value, type, line: row.line } as const;
      return { sql: `${literal(value)}::${type}`, piece: place };
    });
    return [
      '(',
      ...joined(
        cells.map((cell) => [cell]),
        ', ',
      ),
      ')',
    ];
  });
  const list = columns.map(([column]) => identifier(column)).join(', ');
  const empty = `select ${columns.map(([column, type]) => `null::${type} as ${identifier(column)}`).join(', ')} where false`;
  const none = rows.length === 0;
  const content: readonly Fragment[] = none
    ? [empty]
    : columns.length === 0
      ? [`select from generate_series(1, ${rows.length})`]
      : [`select * from (values\n`, ...joined(rows, ',\n'), `\n) as given (${list})`];
  return [`create temporary view ${identifier(relation.name)} as ${content[0]}`, ...content.slice(1), ';\n'];
}

/** Both sides have the contract's types; without a contract, the expected ones get those of the model's own columns. */
function comparison(
  node: ModelNode,
  test: UnitTest,
  { sql, origin }: Bound,
  incremental: boolean,
): readonly Fragment[] {
  const model: readonly Fragment[] = ['(\n', { sql, piece: { kind: 'body', incremental, origin } }, '\n) as model'];
  const { columns, rows } = test.expect;
  if (columns.length === 0) return ["select 'extra' as side, model.* from ", ...model];
  const declared = columnsOf(node);
  const types = new Map(columns.map((column) => [column, comparable(declared?.get(column) ?? null)]));
  const selected = columns.map((column): readonly Fragment[] => {
    const name = identifier(column);
    const type = types.get(column);
    return [{ sql: type ? `${name}::${type}` : name, piece: { kind: 'column', column } }, ` as ${name}`];
  });
  const expected = rows.map((row, index): readonly Fragment[] => {
    const cells = columns.map((column): Fragment => {
      const type = types.get(column) ?? null;
      const value = textOf(row.cells[column] ?? null, declared?.get(column) ?? '');
      const piece = { kind: 'cell', input: null, row: index + 1, column, value, type, line: row.line } as const;
      return { sql: literal(value), piece };
    });
    return [
      '\nunion all select ',
      ...joined(
        cells.map((cell) => [cell]),
        ', ',
      ),
    ];
  });
  // A literal in a branch of a union gets the type of the first branch.
  return [
    'with "unit test found" as (select ',
    ...joined(selected, ', '),
    ' from ',
    ...model,
    '),\n"unit test expected" as (select * from "unit test found" where false',
    ...expected.flat(),
    ')\n',
    `select 'missing' as side, * from (table "unit test expected" except all table "unit test found") as missing\n`,
    `union all\nselect 'extra', * from (table "unit test found" except all table "unit test expected") as extra`,
  ];
}

/** What a type is compared as: some have no equality. */
function comparable(type: string | null): string | null {
  if (type === null || type.endsWith('[]')) return null;
  if (/^json$/i.test(type)) return 'jsonb';
  return /^(xml|point|line|lseg|box|path|polygon|circle)$/i.test(type) ? 'text' : type;
}

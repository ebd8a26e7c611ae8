import { describe, expect, it } from 'vitest';
import { loadParser } from '../compile/sql.ts';
import { testDatabase } from '../test/database.ts';
import { AGGREGATES, RECORD_MAKERS, ROW_MAKERS } from './functions.ts';
import { SCHEMA, SHAPES } from './testing-shapes.ts';
import { traceQuery } from './trace-query.ts';
import type { ModelLineage } from './types.ts';

const { parse } = await loadParser();

/** `{emp}` → what stands in a model for it. */
function trace(sql: string, schema: Readonly<Record<string, readonly string[] | null>> = COLUMNS): ModelLineage {
  const tree = parse(sql.replace(/\{(\w+)\}/g, '"ref:$1"'));
  if (!tree) throw new Error('it does not parse');
  return traceQuery(tree, (placeholder) => {
    const name = placeholder.replace('ref:', '');
    const columns = schema[name];
    return columns === undefined ? undefined : { node: name, name, columns };
  });
}

const COLUMNS = Object.fromEntries(Object.entries(SCHEMA).map(([name, columns]) => [name, Object.keys(columns)]));
const MARKS = { copy: '=', computed: '~', aggregate: '+' } as const;

function told({ columns, conditions, unresolved }: ModelLineage): object {
  return {
    columns: columns.map(({ column, from, unresolved: words }) =>
      [
        `${column}:`,
        ...from.map((ref) => `${MARKS[ref.how]}${ref.node[0]}.${ref.column}`),
        ...words.map((word) => `! ${word}`),
      ].join(' '),
    ),
    conditions: conditions.map((ref) => `${ref.node[0]}.${ref.column}`).join(' '),
    unresolved,
  };
}

describe('the lineage of a query', () => {
  it.each(SHAPES)('follows $what', ({ sql, columns, conditions = '', unresolved = [] }) => {
    expect(told(trace(sql))).toEqual({ columns, conditions, unresolved });
  });
});

describe('what a query does not tell', () => {
  it.each([
    [
      'a name that may be of several relations counts as of all of them',
      'select amount, name from {open} a, {closed} b, {open2} c',
      [
        'amount: =o.amount =o.amount ! amount may be a column of 2 relations: it counts as all of them',
        'name: =c.name',
      ],
      [],
    ],
    [
      'a column of a relation that declares none is believed',
      'select o.id, total from {open} o',
      ['id: =o.id', 'total: =o.total'],
      [],
    ],
    [
      'a name that the inner relation may have or the outer has',
      'select (select name from {open} where true) as x from {closed}',
      ['x: =o.name =c.name ! name may be a column of 2 relations: it counts as all of them'],
      [],
    ],
    [
      'columns that two relations of a query share',
      'select name from {closed} a, {closed} b',
      ['name: =c.name ! name may be a column of 2 relations: it counts as all of them'],
      [],
    ],
    [
      'a relation that is none of the project',
      'select r.a, count(*) from pg_catalog.pg_class r group by r.a',
      ['a: ! pg_catalog.pg_class is no relation of this project', 'count:'],
      ['pg_catalog.pg_class is no relation of this project'],
    ],
    [
      'a function that gives rows of nobody knows which columns',
      'select f.*, f.b from secrets(1) f',
      ['f:', 'b: ! which columns secrets() gives is not known'],
      ['which columns secrets() gives is not known'],
    ],
    [
      'a function whose columns are named one by one, which is enough',
      'select f.b from {closed}, secrets(name) as f(a, b)',
      ['b: ! there is no column for the name b'],
      [],
    ],
    [
      '* of a relation that declares no columns, in a set operation',
      'select name from {closed} union all select * from {open}',
      ['name: =c.name ! the columns of open are not declared: which column stands where is not known'],
      [],
    ],
    [
      'a column that is not there',
      'select b.nothing, other, z.a from {closed} b',
      [
        'nothing: ! b has no column nothing',
        'other: ! no column other is known',
        'a: ! no relation z is known where z.a stands',
      ],
      [],
    ],
    [
      'the fields of a record that a function gives',
      'select (jsonb_populate_record(null::x, to_jsonb(c))).* from {closed} c',
      [],
      ['which columns a record has is not known'],
    ],
    [
      'WITH queries that read each other in a circle',
      'with recursive a as (select x from b), b as (select x from a) select x from a',
      ['x: ! WITH queries that read each other'],
      ['WITH queries that read each other'],
    ],
  ])('is said: %s', (_what, sql, columns, unresolved) => {
    const traced = told(trace(sql, { open: null, open2: null, closed: ['id', 'name'] }));
    expect(traced).toMatchObject({ columns, unresolved });
  });

  it('but it takes the columns that are expected of it', () => {
    const tree = parse('select * from "source:a.b"');
    const traced = tree && traceQuery(tree, () => ({ node: 'source', name: 'b', columns: null }), ['id']);
    expect(traced).toEqual({
      columns: [{ column: 'id', from: [{ node: 'source', column: 'id', how: 'copy' }], unresolved: [] }],
      conditions: [],
      unresolved: ['the columns of b are not declared'],
    });
  });
});

describe('names and functions are those of a server', () => {
  it('in every query above, column by column', async () => {
    const { db, drop } = await testDatabase({ max: 1 });
    try {
      for (const [table, columns] of Object.entries(SCHEMA)) {
        await db.query(
          `create table ${table} (${Object.entries(columns)
            .map((column) => column.join(' '))
            .join(', ')})`,
        );
      }
      for (const { sql, what } of SHAPES) {
        const shown = await db.query(`select * from (${sql.replace(/\{(\w+)\}/g, '$1')}) as shape limit 0`, []);
        const columns = shown.columns.map(({ name }) => name);
        expect([what, trace(sql).columns.map(({ column }) => column)]).toEqual([what, columns]);
      }
      const { rows } = await db.query(
        "select distinct proname from pg_proc where prokind = 'a' and pronamespace = 'pg_catalog'::regnamespace",
      );
      expect([...AGGREGATES].toSorted()).toEqual(rows.map(([name]) => name ?? '').toSorted());
      const makers = await db.query(
        `select proname, (select array_to_json(array_agg(name)) from unnest(proargnames, proargmodes) a(name, mode) where mode in ('o', 't'))
        from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proretset`,
      );
      const known = new Map(makers.rows.map(([name, columns]) => [name, columns && JSON.parse(columns)]));
      for (const name of ROW_MAKERS) expect([name, known.get(name)]).toEqual([name, null]);
      for (const [name, columns] of RECORD_MAKERS) expect([name, known.get(name)]).toEqual([name, columns]);
    } finally {
      await drop();
    }
  });
});

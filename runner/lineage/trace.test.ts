import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../adapters/types.ts';
import { loadParser } from '../compile/sql.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { SCHEMA, SHAPES } from '../test/lineage-shapes.ts';
import { AGGREGATES, RECORD_MAKERS, ROW_MAKERS } from './functions.ts';
import { traceQuery } from './trace-query.ts';
import type { ColumnRef, ModelLineage } from './types.ts';

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
      ['b: ~c.name'],
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
      'functions that read what stands in no FROM clause',
      "select query_to_xml('table dept', true, true, '') as x, hr.f(name) as y, pg_catalog.upper(name) as z from {closed}",
      ['x: ! what query_to_xml() reads is not known', 'y: ~c.name ! what hr.f() reads is not known', 'z: ~c.name'],
      [],
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
      unseen: [],
      makesRows: false,
    });
  });
});

describe('on a server', () => {
  let server: TestDatabase;
  beforeAll(async () => {
    server = await testDatabase({ max: 1 });
  });
  afterAll(() => server.drop());

  it('functions are what they are taken for', async () => {
    const { rows } = await server.db.query(
      "select distinct proname from pg_proc where prokind = 'a' and pronamespace = 'pg_catalog'::regnamespace",
    );
    expect([...AGGREGATES].toSorted()).toEqual(rows.map(([name]) => name ?? '').toSorted());
    const makers = await server.db.query(
      `select proname, (select array_to_json(array_agg(name)) from unnest(proargnames, proargmodes) a(name, mode) where mode in ('o', 't'))
      from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proretset`,
    );
    const known = new Map(makers.rows.map(([name, columns]) => [name, columns && JSON.parse(columns)]));
    for (const name of ROW_MAKERS) expect([name, known.get(name)]).toEqual([name, null]);
    for (const [name, columns] of RECORD_MAKERS) expect([name, known.get(name)]).toEqual([name, columns]);
  });

  it('columns have the names that are told, and no other values by a column that they are told not to come from', async () => {
    const { db } = server;
    const changes = Object.entries(SCHEMA).flatMap(([table, columns]) =>
      Object.entries(columns).map(([column, type]) => ({ table, column, type })),
    );
    const shown = async (sql: string): Promise<{ names: readonly string[]; values: readonly string[] } | undefined> => {
      const { columns, rows } = await db.query(sql.replace(/\{(\w+)\}/g, '$1'), []);
      const values = columns.map((_, index) => JSON.stringify(rows.map((row) => row[index] ?? null).toSorted()));
      return { names: columns.map(({ name }) => name), values };
    };
    await makeTables(db, 'asis');
    for (const change of changes) await makeTables(db, `${change.table}_${change.column}`, change);
    await db.query("set statement_timeout = '2s'");
    await db.query('set search_path = asis');
    const before = new Map<string, Awaited<ReturnType<typeof shown>>>();
    for (const { sql, what } of SHAPES) {
      before.set(what, await shown(sql));
      expect([what, trace(sql).columns.map(({ column }) => column)]).toEqual([what, before.get(what)?.names]);
    }
    const untold: string[] = [];
    for (const { table, column } of changes) {
      await db.query(`set search_path = ${table}_${column}`);
      const isIt = (ref: ColumnRef): boolean => ref.node === table && ref.column === column;
      for (const { sql, what } of SHAPES) {
        const { columns, conditions } = trace(sql);
        if (conditions.some(isIt)) continue;
        const after = await shown(sql);
        for (const [index, { column: name, from }] of columns.entries())
          if (!from.some(isIt) && after?.values[index] !== before.get(what)?.values[index])
            untold.push(`${what}: ${name} comes from ${table}.${column}`);
      }
    }
    expect(untold).toEqual([]);
  });
});

const ROWS: Readonly<Record<string, string>> = {
  emp: `(1, 'Ann', 1, 5000, null, '{a,b}', '{"a": {"b": 1}, "x": [{"p": 1}]}'), (2, 'Bob', 1, 4000, 1, '{b}', '{"a": 2}'),
    (3, 'Cid', 2, 3000, 1, '{}', '{"x": [{"p": 3}]}'), (4, 'Dan', null, 10, 3, null, '{}')`,
  dept: "(1, 'Sales', 100), (2, 'Ann', 50), (3, 'Lab', 0)",
  sale: "(1, '2026-01-01', 10), (1, '2026-01-02', 7000), (3, '2026-01-03', 30), (2, '2026-01-04', 4000)",
};

/** What another value of a type is: in another order, and NULL in places. */
const OTHER: Readonly<Record<string, (column: string) => string>> = {
  int: (column) => `10 - ${column}`,
  numeric: (column) => `6000 - ${column}`,
  text: (column) => `nullif(reverse(${column}), 'bob')`,
  date: (column) => `date '2027-01-01' - (${column} - date '2026-01-01')`,
  'text[]': (column) => `array_append(${column}, 'z')`,
  jsonb: (column) => `${column} || '{"x": [{"p": 7}, {"a": {"b": 9}}], "a": {"b": 4}}'`,
};

/** Tables with rows in a schema, with other values in one column. */
async function makeTables(
  db: Database,
  schema: string,
  change?: { table: string; column: string; type: string },
): Promise<void> {
  const tables = Object.entries(SCHEMA).map(([table, columns]) => {
    const selected = Object.entries(columns).map(([column, type]) => {
      const isChanged = change?.table === table && change.column === column;
      return `(${isChanged ? (OTHER[type]?.(`${column}::${type}`) ?? '') : column})::${type} as ${column}`;
    });
    return `create table ${schema}.${table} as select ${selected.join(', ')} from (values ${ROWS[table]}) as v (${Object.keys(columns).join(', ')})`;
  });
  await db.query([`create schema ${schema}`, ...tables].join('; '));
}

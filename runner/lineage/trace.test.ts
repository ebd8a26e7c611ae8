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

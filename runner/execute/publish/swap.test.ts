import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../adapters/postgres.ts';
import { RunnerError } from '../../errors.ts';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { publishModel } from '../../test/publishing.ts';

let test: TestDatabase;
const query = async (sql: string) => (await test.db.query(sql)).rows;
const one = async (sql: string) => (await query(sql))[0]?.[0];
const oid = (relation: string) => one(`select '${relation}'::regclass::oid`);
const SWAP = { config: { publish: 'swap' } } as const;
const rows = (list: string): string => `select * from (values ${list}) as v (k, x)`;
/** Publishes m.t and gives what was said against it. */
const refusal = (sql: string): Promise<unknown> =>
  publishModel(test.db, 'table', sql, SWAP).catch((error: unknown) => error);

beforeAll(async () => {
  test = await testDatabase();
  await test.db.query('create role swap_reader; create role swap_keeper');
});
beforeEach(() =>
  test.db.query('drop schema if exists m cascade; create schema m; grant usage on schema m to swap_keeper'),
);
afterAll(async () => {
  await test.db.query('drop owned by swap_reader, swap_keeper cascade; drop role swap_reader; drop role swap_keeper');
  await test.drop();
});

describe('a swap', () => {
  it('keeps what belongs to a table: owner, grants, comments, indexes, keys, checks, options', async () => {
    await publishModel(test.db, 'table', rows("(1, 'a'), (2, 'b')"), SWAP);
    await query(`alter table m.t add constraint t_key primary key (k); alter table m.t add constraint t_check check (k > 0);
      create index by_hand on m.t (lower(x)) where k > 1; alter table m.t set (fillfactor = 70); alter table m.t owner to swap_keeper;
      grant select on m.t to swap_reader with grant option; grant update (x) on m.t to swap_reader;
      comment on table m.t is 'why'; comment on column m.t.x is 'what'; alter table m.t replica identity full`);
    const before = await oid('m.t');
    await publishModel(test.db, 'table', rows("(3, 'c')"), SWAP);
    expect(await oid('m.t')).not.toBe(before);
    expect(await query('select * from m.t')).toEqual([['3', 'c']]);
    expect(
      await query(`select pg_get_userbyid(relowner), relacl::text, (select attacl::text from pg_attribute where attrelid = c.oid and attname = 'x'),
        obj_description(oid), col_description(oid, 2), reloptions::text, relreplident from pg_class c where oid = 'm.t'::regclass`),
    ).toEqual([
      [
        'swap_keeper',
        '{swap_keeper=arwdDxtm/swap_keeper,swap_reader=r*/swap_keeper}',
        '{swap_reader=w/swap_keeper}',
        'why',
        'what',
        '{fillfactor=70}',
        'f',
      ],
    ]);
    expect(
      (await query("select indexdef from pg_indexes where schemaname = 'm' order by 1")).flat().map(String),
    ).toEqual([
      'CREATE INDEX by_hand ON m.t USING btree (lower(x)) WHERE (k > 1)',
      'CREATE UNIQUE INDEX t_key ON m.t USING btree (k)',
    ]);
    expect(
      (
        await query("select conname from pg_constraint where conrelid = 'm.t'::regclass and contype <> 'n' order by 1")
      ).flat(),
    ).toEqual(['t_check', 't_key']);
  });

  it('keeps what is set for single columns, and the comments of indexes', async () => {
    await publishModel(test.db, 'table', rows("(1, 'a')"), SWAP);
    await query(`alter table m.t alter column x set statistics 700, alter column x set storage external, alter column x set compression pglz,
      alter column k set (n_distinct = -0.5), add primary key (k); create index by_hand on m.t (x);
      comment on index m.by_hand is 'quick'; comment on index m.t_pkey is 'key'`);
    const kept = () =>
      query(`select attname, attstattarget, attstorage, attcompression, attoptions from pg_attribute where attrelid = 'm.t'::regclass and attnum > 0
        union all select relname, null, null, null, array[obj_description(oid)] from pg_class where oid in ('m.by_hand'::regclass, 'm.t_pkey'::regclass)`);
    const before = await kept();
    const statistics =
      "select array_length(histogram_bounds::text::int[], 1) from pg_stats where schemaname = 'm' and attname = 'x'";
    expect(before.flat()).toContain('{n_distinct=-0.5}');
    await publishModel(test.db, 'table', 'select k, k::text as x from generate_series(1, 2000) as k', SWAP);
    expect(await kept()).toEqual(before);
    // The table aside is analyzed with it.
    expect(await one(statistics)).toBe('701');
    expect(await one("select count(*) from pg_stats where schemaname = 'm' and n_distinct = -0.5")).toBe('1');
  });

  it('keeps what is set for single columns of a materialized view, too', async () => {
    await publishModel(test.db, 'materialized_view', rows("(1, 'a')"));
    await query('alter materialized view m.t alter column x set statistics 700');
    await publishModel(test.db, 'materialized_view', rows("(2, 'b')"));
    expect(await one("select attstattarget from pg_attribute where attrelid = 'm.t'::regclass and attname = 'x'")).toBe(
      '700',
    );
  });

  it('gives a table no grant that the former one had not, whatever the default privileges are', async () => {
    await publishModel(test.db, 'table', rows("(1, 'a')"), SWAP);
    await query('alter default privileges in schema m grant select on tables to swap_reader');
    await publishModel(test.db, 'table', rows("(2, 'b')"), SWAP);
    expect(await one("select has_table_privilege('swap_reader', 'm.t', 'select')")).toBe('f');
  });

  it('keeps the views over a table as they are, with their identity', async () => {
    await publishModel(test.db, 'table', rows("(1, 'a')"), SWAP);
    await query(`create view m.v with (security_barrier = true) as select x from m.t; create view m.w as select upper(x) as x from m.v;
      grant select on m.v to swap_reader; comment on view m.v is 'v'; alter view m.v alter column x set default 'z'`);
    const [v, w] = [await oid('m.v'), await oid('m.w')];
    await publishModel(test.db, 'table', rows("(2, 'b')"), SWAP);
    expect(await query('select * from m.w')).toEqual([['B']]);
    expect([await oid('m.v'), await oid('m.w')]).toEqual([v, w]);
    expect(
      await query(
        "select relacl::text like '%swap_reader=r/%', obj_description(oid), reloptions::text from pg_class where oid = 'm.v'::regclass",
      ),
    ).toEqual([['t', 'v', '{security_barrier=true}']]);
  });

  it('makes a view anew when the type of its column changes, with all that belongs to it and to who reads it', async () => {
    await publishModel(test.db, 'table', rows("(1, 'a')"), SWAP);
    await query(`create view m.v as select k, x from m.t; create view m.w as select k + 1 as k, x from m.v; create view m.u as select x from m.w;
      grant select (x) on m.v to swap_reader; grant select on m.w to swap_reader; comment on column m.w.k is 'one more'`);
    const u = await oid('m.u');
    await publishModel(test.db, 'table', 'select 2.5 as k, 5 as n, x from (values (text $$b$$)) as v (x)', SWAP);
    expect(await query('select k, x from m.w')).toEqual([['3.5', 'b']]);
    expect(await query('select x from m.u')).toEqual([['b']]);
    expect(await oid('m.u')).toBe(u);
    expect(
      await query(
        "select has_table_privilege('swap_reader', 'm.w', 'select'), has_column_privilege('swap_reader', 'm.v', 'x', 'select'), has_column_privilege('swap_reader', 'm.v', 'k', 'select'), col_description('m.w'::regclass, 1)",
      ),
    ).toEqual([['t', 't', 'f', 'one more']]);
    expect(
      await query("select relname from pg_class where relnamespace = 'm'::regnamespace and relname like '%\\_\\_%'"),
    ).toEqual([]);
  });

  it('does not happen when views need what is gone: all are named, and the old table stays', async () => {
    await publishModel(test.db, 'table', rows("(1, 'a')"), SWAP);
    await query(
      'create view m.v as select x from m.t; create view m.above as select x from m.v; create view m.w as select k, x from m.t; create view m.fine as select k from m.t',
    );
    const error = await refusal('select 2 as k');
    expect(error).toBeInstanceOf(RunnerError);
    expect((error as RunnerError).faults.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'DEPENDENT_VIEW m.t can\'t be replaced: the view m.v reads it and would break: column "x" does not exist',
      'DEPENDENT_VIEW m.t can\'t be replaced: the view m.w reads it and would break: column "x" does not exist',
    ]);
    expect(await query('select x from m.above')).toEqual([['a']]);
  });

  it('leaves an equal table alone, whatever the order of its rows, and tells 5.0 from 5.00', async () => {
    await publishModel(test.db, 'table', rows("(1, '5.0'::numeric), (1, 5.0), (2, null)"), SWAP);
    const before = await oid('m.t');
    const same = await publishModel(test.db, 'table', rows('(2, null::numeric), (1, 5.0), (1, 5.0)'), SWAP);
    expect([await oid('m.t'), same]).toEqual([before, { rows: 3, changed: 0, identical: true }]);
    const other = await publishModel(test.db, 'table', rows('(2, null::numeric), (1, 5.0), (1, 5.00)'), SWAP);
    expect(other.identical).toBe(false);
    expect(await oid('m.t')).not.toBe(before);
  });

  it('is chosen for tables above 200,000 rows, the difference for smaller ones', async () => {
    const many = (count: number): string => `select k from generate_series(1, ${count}) as k`;
    await publishModel(test.db, 'table', many(200_000));
    const before = await oid('m.t');
    expect((await publishModel(test.db, 'table', many(199_999))).changed).toBe(1);
    expect(await oid('m.t')).toBe(before);
    await publishModel(test.db, 'table', many(200_001));
    const swapped = await oid('m.t');
    expect(swapped).not.toBe(before);
    await publishModel(test.db, 'table', many(1));
    expect(await oid('m.t')).not.toBe(swapped);
  });
});

describe('what a swap would lose', () => {
  it.each([
    [
      'a trigger',
      "create function m.f() returns trigger language plpgsql as 'begin return new; end'; create trigger hand before truncate on m.t execute function m.f()",
      'trigger hand on table m.t',
    ],
    ['a policy', 'create policy p on m.t using (true)', 'policy p on table m.t'],
    ['row level security', 'alter table m.t enable row level security', 'row level security'],
    [
      'a foreign key',
      'alter table m.t add primary key (k); create table m.child (k int references m.t (k) deferrable initially deferred)',
      'constraint child_k_fkey on table m.child',
    ],
    [
      'a publication',
      'alter table m.t replica identity full; create publication pub for table m.t',
      'publication of table m.t in publication pub',
    ],
    ['a default', "alter table m.t alter column x set default 'z'", 'default value for column x of table m.t'],
    ['a materialized view', 'create materialized view m.mv as select k from m.t', 'materialized view m.mv'],
    [
      'a function',
      'create function m.g() returns bigint language sql begin atomic select count(*) from m.t; end',
      'function m.g()',
    ],
    ['a column of its row type', 'create table m.copy (r m.t)', 'column r of table m.copy'],
  ])('%s: it is published by difference, and refused when its columns change', async (_what, made, obstacle) => {
    await publishModel(test.db, 'table', rows("(1, 'a')"));
    await query(made);
    const before = await oid('m.t');
    await publishModel(test.db, 'table', rows("(1, 'b')"), SWAP);
    expect([await oid('m.t'), await query('select * from m.t')]).toEqual([before, [['1', 'b']]]);
    expect(((await refusal("select 1 as k, 'c' as x, 2 as n")) as RunnerError).faults).toMatchObject([
      { code: 'SWAP_BLOCKED', found: expect.stringContaining(obstacle) as string },
    ]);
    expect(await query('select * from m.t')).toEqual([['1', 'b']]);
    await query('drop publication if exists pub');
  });
});

describe('a role that is no superuser', () => {
  it('swaps what is its own, and leaves a table that a view of another role reads where it is', async () => {
    await query("create role swap_app login password 'app'; grant all on schema m to swap_app, swap_keeper");
    const app = openDatabase({ ...test.config, user: 'swap_app', password: 'app' }, { max: 1 });
    try {
      await publishModel(app, 'table', rows("(1, 'a')"));
      await app.query('create view m.v as select x from m.t; grant select on m.t to swap_keeper');
      const before = await oid('m.t');
      await publishModel(app, 'table', rows("(2, 'b')"), SWAP);
      expect([(await oid('m.t')) === before, await query('select x from m.v')]).toEqual([false, [['b']]]);
      await query('set role swap_keeper; create view m.theirs as select k from m.t; reset role');
      const swapped = await oid('m.t');
      await publishModel(app, 'table', rows("(3, 'c')"), SWAP);
      expect([(await oid('m.t')) === swapped, await query('select k from m.theirs')]).toEqual([true, [['3']]]);
      await expect(publishModel(app, 'table', 'select 4 as k, 5 as x', SWAP)).rejects.toMatchObject({
        faults: [{ code: 'SWAP_BLOCKED', found: 'view m.theirs' }],
      });
    } finally {
      await app.close();
      await query('drop owned by swap_app cascade; drop role swap_app');
    }
  });
});

describe('someone who holds the table', () => {
  const busy = async (work: () => Promise<void>): Promise<void> => {
    const db = openDatabase(test.config, { max: 1, applicationName: 'a report' });
    await db
      .transaction(async (tx) => {
        await tx.query('select x as secret from m.v');
        await work();
      })
      .finally(() => db.close());
  };
  const others = async (): Promise<unknown> => {
    const db = openDatabase(test.config, { max: 1, settings: { statement_timeout: '10s' } });
    return (await db.query('select x from m.v').finally(() => db.close())).rows;
  };

  beforeEach(async () => {
    await publishModel(test.db, 'table', rows("(1, 'a')"));
    await query('create view m.v as select x from m.t');
  });

  it('is waited for, while others go on reading, and the swap is done when they let go', async () => {
    let published: Promise<unknown> = Promise.resolve();
    await busy(async () => {
      published = publishModel(test.db, 'table', rows("(2, 'b')"), SWAP);
      for (let reads = 0; reads < 50; reads += 1) expect(await others()).toEqual([['a']]);
    });
    await published;
    expect(await others()).toEqual([['b']]);
  });

  it('makes the node fail after a while, is named without a query, and the old table stays', async () => {
    await busy(async () => {
      const error = await publishModel(test.db, 'table', rows("(2, 'b')"), { ...SWAP, patience: 200 }).catch(
        (failure: unknown) => failure,
      );
      expect((error as RunnerError).faults).toMatchObject([
        {
          code: 'LOCK_TIMEOUT',
          message: "m.t can't be published: others did not let go of it within 0.2 s",
          found: expect.stringMatching(
            /^process \d+ \(a report\), idle in transaction, in its transaction since [-\d]+ [:\d]+, its query started at [:\d]+$/,
          ) as string,
        },
      ]);
      expect(await others()).toEqual([['a']]);
    });
    expect(await query("select relname from pg_class where relnamespace = 'm'::regnamespace order by 1")).toEqual([
      ['t'],
      ['v'],
    ]);
  });

  it('does not keep a view from being left alone, or a table from being published by difference', async () => {
    await busy(async () => {
      expect((await publishModel(test.db, 'table', rows("(2, 'b')"))).changed).toBe(2);
      expect((await publishModel(test.db, 'view', 'select x from m.t', { name: 'v' })).identical).toBe(true);
    });
  });
});

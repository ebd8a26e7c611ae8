import { describe, expect, it } from 'vitest';
import { type Attempt, CONFIG, companyOf, STAFF as STAFF_CONTRACT } from '../test/policy-project.ts';

const STAFF = "{{ ref('staff') }}";
/** Code, place and what was found of each fault. */
async function told(attempt: Attempt): Promise<readonly string[]> {
  const faults = await companyOf(attempt).faults();
  return faults.map(({ code, file, line, found }) => `${code} ${file}:${line} ${found ?? ''}`.trim());
}
/** A contract that declassifies one of its columns. */
const lifting = (column: string, personal: string, as: string, others: readonly string[] = []): string =>
  `columns: [${[column, ...others].map((name) => `{name: ${name}}`).join(', ')}]
declassify: [{columns: ${column}, personal: ${personal}, as: ${as}, reason: It is wanted.}]
`;
const FROM_PAY = 'hr.staff.pay → staff.pay →';

interface Leak extends Attempt {
  readonly path: string;
  readonly line?: number;
  /** Column, kind and form of a declassification. */
  readonly lift?: readonly [column: string, personal: string, as: string];
}

const LEAKS: Readonly<Record<string, Leak>> = {
  'an alias': { sql: `select pay as score\nfrom ${STAFF}`, path: `${FROM_PAY} report.score`, line: 2 },
  'a union': {
    sql: `select team as label from ${STAFF}\nunion all\nselect name from ${STAFF}`,
    path: 'hr.staff.name → staff.name → report.label',
    line: 2,
  },
  'a join': {
    sql: `with teams as (select distinct team from ${STAFF})\nselect t.team, s.town as place\nfrom teams as t join ${STAFF} as s on s.team = t.team`,
    path: 'hr.staff.town → staff.town → report.place',
    line: 3,
  },
  JSON: {
    sql: `select to_jsonb(s) as document from ${STAFF} as s`,
    path: 'hr.staff.name → staff.name → report.document',
  },
  'a concatenation': {
    sql: `select team || ' ' || coalesce(name, '') as label from ${STAFF}`,
    path: 'hr.staff.name → staff.name → report.label',
  },
  'select *': { sql: `select * from ${STAFF}`, path: `${FROM_PAY} report.pay`, line: 2 },
  'a macro': {
    sql: "select {{ hidden('pay') }} as score\nfrom {{ ref('staff') }}",
    files: { 'macros/hidden.sql': '{% macro hidden(value) %}({{ value }} * 7 + 3){% endmacro %}' },
    path: `${FROM_PAY} report.score`,
    line: 2,
  },
  'a view on a view': {
    sql: "select score from {{ ref('middle') }}",
    files: {
      'models/middle.sql': `{{ config(schema='vault') }}\nselect pay + 1 as score from ${STAFF}`,
      'soda/middle.yml': 'dataset: test/test/vault/middle\ncolumns: [{name: score, personal: salary}]\n',
    },
    path: `${FROM_PAY} middle.score → report.score`,
    line: 2,
  },
  'a window': {
    sql: `select team, avg(pay) over (partition by team) as top\nfrom ${STAFF}`,
    path: `${FROM_PAY} report.top`,
    line: 2,
    lift: ['top', 'salary', 'sum'],
  },
  'a subquery': {
    sql: `select team, (select sum(s.pay) from ${STAFF} as s where s.team = t.team) as total\nfrom ${STAFF} as t`,
    path: `${FROM_PAY} report.total`,
    line: 2,
    lift: ['total', 'salary', 'sum'],
  },
};

describe('personal data does not leave the schemas that may hold it', () => {
  it.each(Object.entries(LEAKS))('by %s', async (_how, { path, line = 2, lift: _lift, ...attempt }) => {
    expect(await told(attempt)).toContain(`PERSONAL_LEAK models/report.sql:${line} ${path}`);
  });

  it.each(Object.entries(LEAKS).filter(([, { lift }]) => lift))(
    'by %s, unless that is declassified',
    async (_how, { sql, files, lift: [column, kind, form] = ['', '', ''] }) => {
      const others = sql.includes('select team,') ? ['team'] : [];
      const contract = lifting(column, kind, form, others);
      expect(await told({ sql, contract, ...(files ? { files } : {}) })).toEqual([]);
    },
  );

  it('by an ephemeral model, which is judged where it is read', async () => {
    const files = {
      'models/middle.sql': `{{ config(materialized='ephemeral') }}\nselect pay as score, team from ${STAFF}`,
    };
    expect(await told({ sql: "select team from {{ ref('middle') }}", files })).toEqual([]);
    expect(await told({ sql: "select score from {{ ref('middle') }}", files })).toEqual([
      `PERSONAL_LEAK models/report.sql:2 ${FROM_PAY} middle.score → report.score`,
    ]);
  });

  it('as a contract or sources.yml would have it', async () => {
    const contract = 'columns: [{name: team, personal: location}]\n';
    expect(await told({ sql: `select team from ${STAFF}`, contract })).toEqual([
      'PERSONAL_LEAK soda/report.yml:2 report.team',
    ]);
    const config = 'name: test\npersonal:\n  kinds: {identity: a, salary: b, birth: c, location: d}\n';
    const faults = await told({ sql: 'select 1 as one', config });
    expect(faults[0]).toBe('PERSONAL_LEAK sources/sources.yml:7 hr.staff.name');
  });

  it('and is told at the border alone, not of what reads it there', async () => {
    const files = { 'models/next.sql': "{{ config(schema='mart') }}\nselect score from {{ ref('report') }}" };
    expect(await told({ sql: `select pay as score from ${STAFF}`, files })).toHaveLength(1);
  });

  it('by the choice of rows, in the model itself or in an ephemeral one', async () => {
    const found = `models/report.sql:2 ${FROM_PAY} rows of report`;
    expect(await told({ sql: `select key from ${STAFF} where pay > 50000` })).toEqual([`PERSONAL_LEAK ${found}`]);
    const files = {
      'models/middle.sql': `{{ config(materialized='ephemeral') }}\nselect key from ${STAFF} where pay > 50000`,
    };
    expect(await told({ sql: "select key from {{ ref('middle') }}", files })).toEqual([
      `PERSONAL_LEAK models/report.sql:1 ${FROM_PAY} rows of report`,
    ]);
    const contract = lifting('key', 'salary', 'flag');
    expect(await told({ sql: `select key from ${STAFF} where pay > 50000`, contract })).toEqual([]);
  });

  it('by the choice of rows where only a column that carries it is declassified', async () => {
    const sql = `select sum(pay) as total from ${STAFF} where pay > 50000`;
    expect(await told({ sql, contract: lifting('total', 'salary', 'sum') })).toEqual([
      `PERSONAL_LEAK models/report.sql:2 ${FROM_PAY} rows of report`,
    ]);
  });
});

describe('what is declassified', () => {
  it.each(['alias', 'union', 'join'])('is not a value that is only renamed, as by a %s', async (how) => {
    const { sql, path } = Object.entries(LEAKS).find(([name]) => name.endsWith(how))?.[1] ?? { sql: '', path: '' };
    const kind = path.split('.')[2]?.split(' ')[0] ?? '';
    const kinds: Readonly<Record<string, string>> = { pay: 'salary', name: 'identity', town: 'location' };
    const contract = lifting(path.replace(/.*\./, ''), kinds[kind] ?? '', 'sum', how === 'join' ? ['team'] : []);
    expect(await told({ sql, contract })).toEqual(['DECLASSIFY_FORM soda/report.yml:3 the value itself']);
  });

  it('as a sum or a count is folded over rows', async () => {
    const sql = `select pay * 2 as total from ${STAFF}`;
    for (const form of ['sum', 'count'])
      expect(await told({ sql, contract: lifting('total', 'salary', form) })).toEqual([
        'DECLASSIFY_FORM soda/report.yml:3 computed row by row',
      ]);
  });

  const form = (column: string, sql: string, as: string): readonly [string, string, string] => [column, sql, as];
  it.each([
    form('tranche', "select pay || '' as tranche from {staff} as s", 'band'),
    form('tranche', 'select (pay / 1000) * 1000 as tranche from {staff} as s', 'band'),
    form('tranche', 'select case when pay > 9 then pay else 0 end as tranche from {staff} as s', 'band'),
    form('digest', 'select md5(pay::text) as digest from {staff} as s', 'measure'),
    form('bits', 'select (pay > 1)::int + (pay > 2)::int as bits from {staff} as s', 'flag'),
    form('yes', 'select coalesce(pay, 0) as yes from {staff} as s', 'flag'),
    form(
      'yes',
      'select (select count(*) from generate_series(1, 9) as n where n <= s.pay) as yes from {staff} as s',
      'measure',
    ),
    ...['max(pay)', 'string_agg(pay::text, ?)', 'array_agg(pay)', 'first_value(pay) over ()', 'max(pay) over w'].map(
      (fold) =>
        form(
          'total',
          `select ${fold.replace('?', "','")} as total from {staff} as s${fold.endsWith('w') ? ' window w as (order by key)' : ''}`,
          'sum',
        ),
    ),
    form('total', 'select sum(pay) over (order by key) as total from {staff} as s', 'sum'),
    form('total', 'select sum(pay) over (rows between current row and current row) as total from {staff} as s', 'sum'),
    form('total', 'select sum(key) over (partition by pay) as total from {staff} as s', 'sum'),
    form('n', 'select count(*) over (order by pay) as n from {staff} as s', 'count'),
    form('n', 'select sum(pay) as n from {staff} as s', 'count'),
    form('n', 'select n from generate_series(1, 99999) as n join {staff} as s on n = s.pay', 'band'),
    form(
      'n',
      'with recursive x as (select 1 as n union all select n + 1 from x) select n from x join {staff} as s on n = s.pay',
      'flag',
    ),
    form('n', 'select o.key as n from {staff} as o join {staff} as s on o.key = s.pay', 'count'),
    form(
      'n',
      'select o.rank as n from (select row_number() over () as rank from {staff}) as o join {staff} as s on o.rank = s.pay',
      'measure',
    ),
  ])('is made as it says: %s by "%s" is no %s', async (column, sql, form) => {
    const text = sql.replaceAll('{staff}', STAFF);
    expect(await told({ sql: text, contract: lifting(column, 'salary', form) })).toEqual([
      expect.stringMatching(/^DECLASSIFY_FORM soda\/report.yml:3 ./),
    ]);
  });

  it.each([
    form(
      'band',
      "select case when pay < 30 then 'low' when pay < 60 then 'middle' else 'high' end as band from {staff} as s",
      'band',
    ),
    form('yes', 'select coalesce(pay, 0) > 0 or pay is null as yes from {staff} as s', 'flag'),
    form('yes', 'select exists (select 1 from {staff} as p where p.pay > s.pay) as yes from {staff} as s', 'flag'),
    form('why', "select case pay in (1, 2) when true then team else 'none' end as why from {staff} as s", 'flag'),
    form('n', 'select count(*) filter (where pay > 3) as n from {staff} as s', 'count'),
    form('n', 'select count(*) over (partition by pay) as n from {staff} as s', 'count'),
    form(
      'total',
      'select round(coalesce(sum(pay) filter (where pay > 0), 0) * 0.05, 2) as total from {staff} as s',
      'sum',
    ),
    form('total', 'select sum(pay) / count(pay) as total from {staff} as s', 'sum'),
  ])('may be made so: %s by "%s" is a %s', async (column, sql, form) => {
    const text = sql.replaceAll('{staff}', STAFF);
    expect(await told({ sql: text, contract: lifting(column, 'salary', form) })).toEqual([]);
  });

  it('may be a band that a join finds', async () => {
    const files = { 'models/bands.sql': "{{ config(schema='mart') }}\nselect 'low' as band, 0 as least, 30 as most" };
    const sql = `select coalesce(b.band, '?') as band from ${STAFF} as s left join {{ ref('bands') }} as b on s.pay between b.least and b.most`;
    expect(await told({ sql, files, contract: lifting('band', 'salary', 'band') })).toEqual([]);
  });

  it('carried it before: one that lifts nothing is taken out, and so is one of a column that is tagged', async () => {
    const stale = { sql: `select team from ${STAFF}`, contract: lifting('team', 'salary', 'flag') };
    expect(await told(stale)).toEqual(['DECLASSIFY_UNUSED soda/report.yml:3']);
    const staff = `${STAFF_CONTRACT}declassify: [{columns: pay, personal: salary, as: measure, reason: None.}]\n`;
    expect(await told({ sql: 'select 1 as one', staff })).toContain('DECLASSIFY_UNUSED soda/staff.yml:9');
  });

  it('says its columns, kinds, form and reason', () => {
    const wrong =
      (entry: string): unknown =>
      () =>
        companyOf({ sql: 'select 1 as one', contract: `columns: [{name: one}]\ndeclassify: [${entry}]\n` });
    expect(wrong('{columns: one, personal: salary, as: sum}')).toThrow('has no "reason"');
    expect(wrong('{columns: one, personal: salary, as: total, reason: x}')).toThrow('wrong value for "as"');
    expect(wrong('{columns: on, personal: salary, as: sum, reason: x}')).toThrow('which is no column of the contract');
    expect(wrong('{column: one, personal: salary, as: sum, reason: x}')).toThrow('"column" is not a key');
  });
});

describe('what can not be traced', () => {
  const sql = `select key from ${STAFF} tablesample system (pay)`;

  it.each([
    ['a name of two relations', `select key from ${STAFF} as a, ${STAFF} as b`],
    ['the choice of rows', sql],
    ['a function in the place of a column', `select s.to_jsonb::text as key from ${STAFF} as s`],
  ])('is refused of a model that reads personal data, be it declassified or not: %s', async (_what, untraced) => {
    const contract = lifting('key', '[identity, salary, birth, location]', 'flag');
    expect(await told({ sql: untraced, contract })).toEqual([
      expect.stringMatching(/^PERSONAL_UNRESOLVED models\/report.sql:2 ./),
    ]);
  });

  it('is taken to carry all that is read, in a schema that may hold it', async () => {
    const files = {
      'models/middle.sql': `{{ config(schema='vault') }}\n${sql}`,
      'soda/middle.yml': 'dataset: test/test/vault/middle\ncolumns: [{name: key}]\n',
    };
    const [fault, ...others] = await companyOf({ sql: 'select 1 as one', files }).faults();
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      code: 'PERSONAL_UNTAGGED',
      file: 'soda/middle.yml',
      line: 2,
      expected: 'personal: [identity, salary, birth, location]',
    });
  });
});

describe('a column that its contract lacks, or has alone', () => {
  it('is judged by its SQL: that the two disagree is told by the check of the schema', async () => {
    const contract = 'columns: [{name: key}, {name: lost}]\n';
    expect(await told({ sql: `select key, team from ${STAFF}`, contract })).toEqual([]);
    expect(await told({ sql: `select key, pay from ${STAFF}`, contract })).toEqual([
      `PERSONAL_LEAK models/report.sql:2 ${FROM_PAY} report.pay`,
    ]);
  });
});

describe('what lineage does not see', () => {
  it.each([
    ['a relation by its name', 'select key from vault.staff'],
    ['a relation by its quoted name', 'select key from "vault" . "staff"'],
    ['a text that is run', "select query_to_xml('select pay from vault.staff', true, true, '') as document"],
    ['a source by its name', 'select key from raw.hr_staff'],
    ['a hook', '{{ config(post_hook="create table mart.copy as select * from {{ ref(\'staff\') }}") }}select 1 as one'],
  ])('is refused: %s', async (_how, sql) => {
    expect(await told({ sql })).toEqual([
      expect.stringMatching(/^PERSONAL_UNRESOLVED models\/report.sql:undefined (staff|hr_staff)$/),
    ]);
  });

  it.each([
    ['a name in escapes', 'select r.pay as m, r.name as n from U&"v\\0061ult".staff as r', 'vault.staff'],
    ['a placeholder that no ref() wrote', 'select pay as m from "ref:staff"', 'ref:staff'],
    [
      'a text put together',
      "select query_to_xml('select pay from vault.' || 'staff', true, true, '') as d",
      'query_to_xml()',
    ],
    ['statistics', "select most_common_vals::text as v from pg_stats where tablename = 'staff'", 'pg_stats'],
    ['a WITH query of its name', 'with pg_stats as (select * from pg_stats) select 1 as one from pg_stats', 'pg_stats'],
    ['a subquery', 'select (select max(p.n) from pg_catalog.pg_stats as p) as n', 'pg_catalog.pg_stats'],
    ['a test for rows', 'select exists (select 1 from information_schema.tables) as e', 'information_schema.tables'],
    ['the order', 'select 1 as one order by (select 1 from vault2.staff)', 'vault2.staff'],
    ['a function of another schema', 'select vault.show_all() as d', 'vault.show_all()'],
    ['an operator of another schema', 'select 1 operator(vault.+) 2 as d', 'vault.+()'],
    ['a file', "select pg_read_file('/etc/passwd') as d", 'pg_read_file()'],
    ['a large object', 'select lo_get(1) as d', 'lo_get()'],
    ['a function in FROM', 'select * from show_all() as r (a, b)', 'show_all()'],
    ['a part of ROWS FROM', 'select 1 as one from rows from (unnest(array[1]), show_all()) as r', 'show_all()'],
    ['a macro', '{{ sneak() }}', 'vault.staf'],
    [
      'a hook that copies',
      '{{ config(post_hook="insert into other.copy select 1 as one") }}select 1 as one',
      'other.copy',
    ],
    [
      'a hook that grants',
      '{{ config(post_hook="grant select on {{ this }} to boss") }}select 1 as one',
      'a hook that is GrantStmt',
    ],
    [
      'a hook that gives it away',
      '{{ config(post_hook="alter table {{ this }} owner to boss") }}select 1 as one',
      'a hook that names a role',
    ],
    [
      'a hook that makes a function',
      `{{ config(pre_hook="create function f() returns int language sql as 'select 1'") }}select 1 as one`,
      'a hook that is CreateFunctionStmt',
    ],
    [
      'a hook of another function',
      '{{ config(post_hook="select vault.show_all()") }}select 1 as one',
      'vault.show_all()',
    ],
  ])('is refused of any model, whatever its schema may hold: %s', async (_how, sql, found) => {
    const files = { 'macros/sneak.sql': '{% macro sneak() %}select pay from vault.staf{% endmacro %}' };
    const fault = `PERSONAL_UNRESOLVED models/report.sql:undefined ${found}`;
    expect(await told({ sql, files })).toEqual([fault]);
    const config = CONFIG.replace('vault:', 'mart: [identity, salary, birth, location], vault:');
    expect(await told({ sql, files, config })).toEqual([fault]);
    const middle = { ...files, 'models/middle.sql': `{{ config(materialized='ephemeral') }}\n${sql}` };
    if (sql.includes('config(')) return;
    expect(await told({ sql: "select 1 as one from {{ ref('middle') }}", files: middle })).toEqual([
      fault.replace('report', 'middle'),
    ]);
  });

  it('is not what PostgreSQL makes of a value, nor a WITH query, nor the model itself', async () => {
    const sql = `{{ config(post_hook=['alter table {{ this }} set (fillfactor = 50)', 'create index on {{ this }} (n)']) }}
      with recursive a as (select 1 as n union all select n + 1 from a where n < 9), b as (select * from a)
      select b.n, pg_typeof(d.value) as t from b, generate_series(1, 2) as g, jsonb_each('{}') as d,
        jsonb_to_record('{}') as r (x int), unnest(array[1], array[2]) as u, json_table('[]', '$' columns (y int)) as j`;
    expect(await told({ sql })).toEqual([]);
  });

  it('is what a hook of a model that holds it puts where it may not be', async () => {
    const files = {
      'models/middle.sql': `{{ config(schema='vault', post_hook="insert into {{ ref('report') }} select pay from {{ this }}") }}\nselect pay from ${STAFF}`,
      'soda/middle.yml': 'dataset: test/test/vault/middle\ncolumns: [{name: pay, personal: salary}]\n',
    };
    expect(await told({ sql: 'select 1 as one', files })).toEqual([
      'PERSONAL_UNRESOLVED models/middle.sql:undefined middle',
    ]);
  });

  it('is no other relation of a name like it, nor a hook of a model that may hold it', async () => {
    const files = {
      'models/middle.sql': `{{ config(schema='vault', post_hook="analyze {{ ref('staff') }}") }}\nselect key from ${STAFF}`,
      'soda/middle.yml': 'dataset: test/test/vault/middle\ncolumns: [{name: key}]\n',
    };
    expect(await told({ sql: "select 'vault.staffing' as a, 'my_vault.staff' as b", files })).toEqual([]);
  });
});

describe('a contract', () => {
  it('says what its columns carry, so that their values are masked', async () => {
    const staff = STAFF_CONTRACT.replace('{name: pay, personal: salary}', '{name: pay}');
    const [fault] = await companyOf({ sql: 'select 1 as one', staff }).faults();
    expect(fault).toMatchObject({
      code: 'PERSONAL_UNTAGGED',
      file: 'soda/staff.yml',
      line: 5,
      expected: 'personal: salary',
      found: 'hr.staff.pay → staff.pay',
    });
  });

  it('may say it first', async () => {
    const staff = STAFF_CONTRACT.replace('{name: team}', '{name: team, personal: location}');
    expect(await told({ sql: `select team from ${STAFF}`, staff })).toEqual([
      'PERSONAL_LEAK models/report.sql:2 staff.team → report.team',
    ]);
  });

  it('has to be there where personal data is', async () => {
    const files = { 'models/middle.sql': `{{ config(schema='vault') }}\nselect pay from ${STAFF}` };
    expect(await told({ sql: 'select 1 as one', files })).toEqual([
      `PERSONAL_UNTAGGED models/middle.sql:1 ${FROM_PAY} middle.pay`,
    ]);
  });

  it('names kinds that there are', async () => {
    const staff = STAFF_CONTRACT.replace('personal: salary', 'personal: salry');
    const [fault, ...others] = await companyOf({ sql: 'select 1 as one', staff }).faults();
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ code: 'PERSONAL_KIND', line: 5, found: 'salry', hint: 'Did you mean "salary"?' });
  });
});

describe('a model that may hold what its schema may not', () => {
  const allow = (kinds: string): string =>
    `${CONFIG}  models: {report: {kinds: [${kinds}], reason: It is sent to them.}}\n`;
  const contract = 'columns: [{name: name, personal: identity}]\n';

  it('holds it, tagged, and nobody is granted it', async () => {
    const sql = `select name from ${STAFF}`;
    expect(await told({ sql, contract, config: allow('identity') })).toEqual([]);
    expect(
      await told({ sql: `{{ config(grants={select: 'boss'}) }}${sql}`, contract, config: allow('identity') }),
    ).toEqual(['PERSONAL_GRANTED models/report.sql:undefined boss']);
    expect(await told({ sql, config: allow('identity') })).toEqual([
      'PERSONAL_UNTAGGED models/report.sql:1 hr.staff.name → staff.name → report.name',
    ]);
  });

  it('holds it: what is allowed and not needed, or what its schema may hold, is refused', async () => {
    const twice = `${CONFIG}  models: {staff: {kinds: [identity], reason: It is there.}}\n`;
    expect(await told({ sql: 'select 1 as one', config: twice })).toEqual(['PERSONAL_UNUSED project.yml:5']);
    const config = allow('identity, salary');
    expect(await told({ sql: `select name from ${STAFF}`, contract, config })).toEqual([
      'PERSONAL_UNUSED project.yml:5',
    ]);
  });
});

describe('a role', () => {
  const config = `${CONFIG}  readers: {hr: [identity, salary]}\n`;
  const read = (grants: string, schema = 'vault', column = 'pay', kind = 'salary'): Attempt => ({
    sql: 'select 1 as one',
    config,
    files: {
      'models/middle.sql': `{{ config(schema='${schema}', grants={select: ${grants}}) }}\nselect ${column} from ${STAFF}`,
      'soda/middle.yml': `dataset: test/test/${schema}/middle\ncolumns: [{name: ${column}, personal: ${kind}}]\n`,
    },
  });

  it('may be granted what holds the kinds that it may read, be it in a schema that may hold all', async () => {
    expect(await told(read("'hr'"))).toEqual([]);
    expect(await told(read("['hr', 'boss']"))).toEqual(['PERSONAL_GRANTED models/middle.sql:undefined boss']);
    expect(await told(read("'hr'", 'vault', 'town', 'location'))).toEqual([
      'PERSONAL_GRANTED models/middle.sql:undefined hr',
    ]);
  });

  it('may read what the roles may that it is a member of', () => {
    const roles = (boss: string): string =>
      `${config}roles: {hr: {}, boss: {member_of: [hr]}}\n`.replace('hr: [i', `${boss}hr: [i`);
    const load = (boss: string) => (): unknown => companyOf({ sql: 'select 1 as one', config: roles(boss) });
    expect(load('')).toThrow('boss is a member of a role that may read identity, and may not read it itself');
    expect(load('boss: [identity, salary], ')).not.toThrow();
  });
});

describe('an incremental model', () => {
  it('carries on what it reads of itself, under another name too', async () => {
    const files = {
      'models/middle.sql': `{{ config(schema='vault', materialized='incremental', unique_key='key') }}
        select key, pay as one, 0 as two, 0 as three from ${STAFF}
        {% if is_incremental() %}union all select key, one, three, one from {{ this }}{% endif %}`,
      'soda/middle.yml':
        'dataset: test/test/vault/middle\ncolumns: [{name: key}, {name: one, personal: salary}, {name: two}, {name: three}]\n',
    };
    expect(await told({ sql: 'select 1 as one', files })).toEqual([
      'PERSONAL_UNTAGGED soda/middle.yml:2 middle.three → middle.two',
      `PERSONAL_UNTAGGED soda/middle.yml:2 ${FROM_PAY} middle.one → middle.three`,
    ]);
  });
});

describe('project.yml', () => {
  it('names schemas that there are', async () => {
    const config = CONFIG.replace('vault:', 'valt:');
    const [fault] = await companyOf({ sql: 'select 1 as one', config }).faults();
    expect(fault).toMatchObject({ code: 'PERSONAL_SCHEMA', found: 'valt', hint: 'Did you mean "vault"?' });
  });

  it('names kinds that it declares, and says why a model may hold them', () => {
    const config = `${CONFIG}  models: {report: {kinds: [identty]}}\n`;
    expect(() => companyOf({ sql: 'select 1', config })).toThrow(
      '"report" has no "reason"\nidentty is no kind of personal data',
    );
  });
});

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
    lift: ['label', 'identity', 'flag'],
  },
  'select *': { sql: `select * from ${STAFF}`, path: `${FROM_PAY} report.pay`, line: 2 },
  'a macro': {
    sql: "select {{ hidden('pay') }} as score\nfrom {{ ref('staff') }}",
    files: { 'macros/hidden.sql': '{% macro hidden(value) %}({{ value }} * 7 + 3){% endmacro %}' },
    path: `${FROM_PAY} report.score`,
    line: 2,
    lift: ['score', 'salary', 'measure'],
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
    sql: `select team, max(pay) over (partition by team) as top\nfrom ${STAFF}`,
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
  const sql = `select r.key from ${STAFF} as s cross join lateral read_more(s.key) as r`;

  it.each([
    ['a column', sql],
    ['the choice of rows', `select key from ${STAFF} tablesample system (pay)`],
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
    ).toEqual(['PERSONAL_GRANTED project.yml:5']);
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

import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DiffReport } from '../diff/types.ts';
import { Cancelled } from '../errors.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { type GitProject, gitProject } from './diff-project.ts';

const contract = (name: string, rest: string): string => `dataset: shop/shop/shop/${name}\n${rest}`;
const KEYED = 'checks: [{duplicate: {columns: [id]}}]\n';

/** Three sales of two buyers; what they pay, by buyer and in all. */
const SHOP: Readonly<Record<string, string>> = {
  'project.yml': `name: shop
models: {shop: {schema: shop, materialized: table}}
seeds: {schema: shop}
vars: {bonus_from: 3}
outputs: {total: {model: revenue, column: total}}
review:
  figures: [revenue]
  outcomes: [{title: Bonus, model: bonus, column: has_bonus, motive: why_not}]
  small_group: 0
semantic_model:
  name: s
  culture: en-GB
  server: x:1
  select: [revenue]
  formats: {euros: {format: '#,##0.00 "€"', columns: [total]}, percent: {format: '0 %', columns: [vat]}}
`,
  'seeds/rate.csv': 'id,value\nvat,0.20\ncoupon,0.10\n',
  'soda/shop/rate.yml': contract(
    'rate',
    `${KEYED}columns: [{name: id, data_type: text}, {name: value, data_type: numeric}]`,
  ),
  'seeds/sale.csv': 'id,buyer,amount\n1,Ada,100\n2,Ada,50.50\n3,Bob,20\n',
  'soda/shop/sale.yml': contract(
    'sale',
    `${KEYED}columns: [{name: id, data_type: integer}, {name: buyer, data_type: text}, {name: amount, data_type: numeric}]`,
  ),
  'macros/gross.sql':
    "{% macro gross(x) %}{{ x }} * (1 + (select value from {{ ref('rate') }} where id = 'vat')){% endmacro %}",
  'models/shop/paid.sql': "select id, buyer, {{ gross('amount') }} as paid from {{ ref('sale') }}",
  'soda/shop/paid.yml': contract(
    'paid',
    `${KEYED}columns: [{name: id}, {name: buyer}, {name: paid, data_type: numeric}]`,
  ),
  'models/shop/bonus.sql': `select buyer as id, count(*) >= {{ var('bonus_from') }} as has_bonus,
  case when count(*) < {{ var('bonus_from') }} then 'too few' end as why_not
from {{ ref('paid') }} group by buyer`,
  'soda/shop/bonus.yml': contract('bonus', `${KEYED}columns: [{name: id}, {name: has_bonus}, {name: why_not}]`),
  'models/shop/revenue.sql': "select sum(paid) as total from {{ ref('paid') }}",
  'soda/shop/revenue.yml': contract(
    'revenue',
    'checks: [{row_count: {threshold: {must_be: 1}}}]\ncolumns: [{name: total, description: What all buyers pay.}]',
  ),
  'models/shop/list.sql': "select id from {{ ref('sale') }}",
};

let database: TestDatabase;
let project: GitProject;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());
beforeEach(() => {
  project = gitProject(database.config);
  project.commit(SHOP);
  project.git('checkout', '-q', '-b', 'branch');
});
afterEach(() => project.remove());

async function report(args = {}): Promise<DiffReport> {
  const { stdout } = await project.diff({ output: 'json', ...args });
  const [answer, ...others] = JSON.parse(stdout) as readonly DiffReport[];
  if (!answer || others.length > 0) throw new Error('not one report');
  return answer;
}

const kinds = ({ nodes }: DiffReport): Readonly<Record<string, string>> =>
  Object.fromEntries(nodes.map(({ name, kind }) => [name, kind]));

const leftOver = async (): Promise<unknown> =>
  (await database.db.query("select nspname from pg_namespace where nspname like 'runner_scratch%' or nspname = 'shop'"))
    .rows;

describe('runner diff', () => {
  it('tells what another rate does to the figures, in the formats of the project', async () => {
    project.commit({ 'seeds/rate.csv': 'id,value\nvat,0.25\ncoupon,0.10\n' });
    const { code, stdout } = await project.diff();
    expect(code).toBe(0);
    expect(stdout).toContain('vat 20 % → 25 % (rate)');
    expect(stdout).toContain('total  204.60 € → 213.125 €  +8.525 €');
    expect(stdout).toContain('Bonus: 0, nobody gains or loses it');
    expect(await leftOver()).toEqual([]);
  });

  it('says who gains what by a variable, and which models come out the same', async () => {
    project.commit({ 'project.yml': SHOP['project.yml']?.replace('bonus_from: 3', 'bonus_from: 2') ?? '' });
    const found = await report();
    expect(kinds(found)).toEqual({ bonus: 'changed' });
    expect(found.nodes[0]?.reasons).toEqual(['var bonus_from: 3 → 2']);
    expect(found.outcomes).toMatchObject([{ before: 0, after: 1, gained: 1, lost: 0 }]);
    expect(found.notes).toEqual(['project.yml has changed: vars (bonus_from 3 → 2).']);
  });

  it('shows the SQL of a model and of a macro that changed, and what they reach', async () => {
    project.commit({
      'macros/gross.sql': SHOP['macros/gross.sql']?.replace("'vat'", "'coupon'") ?? '',
      'models/shop/list.sql': "select id, buyer from {{ ref('sale') }} -- who, too",
    });
    const found = await report();
    expect(kinds(found)).toEqual({ list: 'changed', paid: 'changed', bonus: 'impacted', revenue: 'impacted' });
    const of = (name: string) => found.nodes.find((node) => node.name === name);
    expect(of('paid')).toMatchObject({ parts: ['body'], reasons: ['macro gross: changed'], rows: { changed: 3 } });
    expect(of('paid')?.sql).toMatch(/^- .*'vat'$/m);
    expect(of('paid')?.sql).toContain('shop.rate');
    expect(of('list')).toMatchObject({ rows: { columnsAdded: ['buyer'], changed: 0 } });
    expect(of('list')?.sql).toMatch(/^\+ .*-- who, too$/m);
    expect(found.macros.map(({ name }) => name)).toEqual(['gross']);
  });

  it('takes a moved file, another layout and a comment for no change, without a server', async () => {
    const alone = gitProject(undefined);
    try {
      alone.commit(SHOP);
      alone.git('checkout', '-q', '-b', 'branch');
      alone.write({
        'models/shop/deep/paid.sql': `-- paid\n${SHOP['models/shop/paid.sql']?.replace(', buyer', ',\n  buyer')}`,
        'models/shop/paid.sql': null,
      });
      expect(await alone.diff({ failIfDiff: true })).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('No seed, model or contract differs.'),
      });
      expect(JSON.parse((await alone.diff({ output: 'json' })).stdout)).toMatchObject([
        { nodes: [], head: { dirty: true } },
      ]);
    } finally {
      alone.remove();
    }
  });

  it("tells of a model's own edit beside that of a macro it calls", async () => {
    project.commit({
      'macros/gross.sql': SHOP['macros/gross.sql']?.replace("'vat'", "'coupon'") ?? '',
      'models/shop/paid.sql': `${SHOP['models/shop/paid.sql']} where amount > 20`,
    });
    const { stdout } = await project.diff({ output: 'markdown' });
    expect(stdout).toMatch(/^- macro gross: changed \(paid\)\n- the SQL of paid$/m);
    expect(stdout).toMatch(/By its own file:\n\n```diff\n.*\n\+ .*gross\('amount'\).*where amount > 20\n```/);
    expect(stdout).toContain('By 1 macro (`gross`) and its own file together:');
  });

  it('tells who may read what, and lets no check of a branch spell a personal value', async () => {
    const config = `${SHOP['project.yml']}roles: {readers: {}}\npersonal: {kinds: {identity: who}, schemas: {shop: [identity]}}\n`;
    const [list, tagged] = ['{name: id}', '{name: id, personal: identity}'].map((id) =>
      contract('list', `columns: [${id}]`),
    );
    const spelling = "[{failed_rows: {name: spelled, query: 'select generate_series(1, 4711)'}}, {dup";
    project.git('checkout', '-q', 'main');
    project.commit({ 'project.yml': config, 'soda/shop/list.yml': tagged ?? '' });
    project.git('checkout', '-q', '-B', 'branch');
    project.commit({
      'project.yml': config
        .replace('table}}', 'table, grants: {select: [readers]}}}')
        .replace('[identity]}}', '[identity]}, readers: {readers: [identity]}}'),
      'soda/shop/paid.yml': SHOP['soda/shop/paid.yml']?.replace('[{dup', spelling) ?? '',
    });
    const { code, stdout, faults } = await project.diff();
    expect([code, faults]).toEqual([1, []]);
    expect(stdout).toMatch(/WHO MAY READ .*:\n {2}readers may select from (shop\.\w+(, )?){4}, and could not$/m);
    expect(stdout).toContain('the role readers may be granted identity, and until now nothing personal');
    expect(stdout).toContain('contract of paid: new check "spelled": must be 0 query: select generate_series(1, 4711)');
    const told = stdout.slice(stdout.indexOf('FAILS NOW')).replaceAll('(1, 4711)', '');
    expect(told).toContain('paid: spelled: it failed; its count is not told');
    expect(told).not.toContain('4711');
    // Only a tag, which moves no row.
    project.commit({
      'project.yml': config,
      'soda/shop/paid.yml': SHOP['soda/shop/paid.yml'] ?? '',
      'soda/shop/list.yml': list ?? '',
    });
    const only = await project.diff({ failIfDiff: true });
    expect(only).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('list.id is not tagged as personal any more (identity)'),
    });
  });

  it('names rows and columns that those who read a relation would miss', async () => {
    project.commit({ 'models/shop/revenue.sql': "select sum(paid)::text as sum from {{ ref('paid') }} having false" });
    const { stdout } = await project.diff({ output: 'markdown' });
    expect(stdout).toMatch(/Gone or of another type, of what roles or analysts read\*\*\n\n- revenue.total$/m);
    expect(stdout).toMatch(/^Rows: revenue 1 → 0\.$/m);
  });

  it('that is told to end says that it publishes nothing', async () => {
    project.commit({ 'seeds/rate.csv': 'id,value\nvat,0.25\n' });
    const signal = AbortSignal.abort(new Cancelled('SIGINT'));
    expect(await project.diff({ signal })).toMatchObject({
      code: 130,
      faults: [
        {
          code: 'CANCELLED',
          message: expect.stringContaining('nothing was compared'),
          hint: expect.stringContaining('anew'),
        },
      ],
    });
  });

  it('refuses what it can not write to before it does anything', async () => {
    for (const out of [project.dir, '/nowhere/x.md'])
      expect(await project.diff({ out })).toMatchObject({ code: 2, stdout: '', faults: [{ code: 'OUT_NOT_A_FILE' }] });
  });

  it('tells of a removed and a new model', async () => {
    project.commit({
      'models/shop/list.sql': null,
      'models/shop/buyers.sql': "select distinct buyer from {{ ref('sale') }}",
    });
    const found = await report();
    expect(kinds(found)).toEqual({ buyers: 'added', list: 'removed' });
    expect(found.nodes.map(({ audit }) => [audit.base?.rows, audit.head?.rows])).toEqual([
      [undefined, 2],
      [3, undefined],
    ]);
    expect((await project.diff({ failIfDiff: true })).code).toBe(1);
  });

  it('names first what can not be built any more, and what that keeps from being compared', async () => {
    project.commit({ 'models/shop/paid.sql': "select id, buyer, amount / 0 as paid from {{ ref('sale') }}" });
    const { code, stdout } = await project.diff();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1 failure that the base does not have\. .*: total: not built\.$/m);
    expect(stdout).toMatch(
      /FAILS NOW, and did not on the base:\n {2}paid: division by zero \(models\/shop\/paid.sql\S*\) SQL_22012\n {2}not built, for what they read is not: bonus, revenue\n/,
    );
    expect(await leftOver()).toEqual([]);
  });

  it('names a contract that fails now, while one that failed before is told beside it', async () => {
    project.git('checkout', '-q', 'main');
    project.commit({
      'soda/shop/bonus.yml': contract(
        'bonus',
        'checks: [{duplicate: {columns: [id]}}, {row_count: {threshold: {must_be: 7}}}]\ncolumns: [{name: id}, {name: has_bonus}, {name: why_not}]',
      ),
    });
    project.git('checkout', '-q', '-B', 'branch');
    project.commit({
      'soda/shop/paid.yml': contract(
        'paid',
        'checks: [{schema: }, {duplicate: {columns: [id]}}]\ncolumns: [{name: id}, {name: buyer, data_type: integer}, {name: paid}]',
      ),
      'models/shop/paid.sql': `${SHOP['models/shop/paid.sql']} where true`,
    });
    const { code, stdout } = await project.diff({ output: 'markdown' });
    expect(code).toBe(1);
    const [now, before] = [stdout.indexOf('Fails now, and did not on the base'), stdout.indexOf('Fails on both sides')];
    expect(now).toBeGreaterThan(0);
    expect(before).toBeGreaterThan(now);
    expect(stdout.slice(now, before)).toContain('paid: ');
    expect(stdout.slice(before)).toContain('- bonus: row count: 2 rows; must be 7, is 2 (soda/shop/bonus.yml:2)');
    expect(stdout).toContain('! column buyer, type: none → integer');
    project.commit({ 'soda/shop/paid.yml': SHOP['soda/shop/paid.yml'] ?? '' });
    expect(await project.diff()).toMatchObject({ code: 0, stdout: expect.stringContaining('Fails on both sides') });
  });

  it('builds nothing that only a contract of another model concerns', async () => {
    project.commit({
      'soda/shop/paid.yml':
        SHOP['soda/shop/paid.yml']?.replace('{name: buyer}', '{name: buyer, description: Who pays.}') ?? '',
    });
    const found = await report();
    expect(kinds(found)).toEqual({ paid: 'changed' });
    expect(found.nodes[0]?.contract?.columns).toEqual(['! column buyer, description: none → Who pays.']);
    expect((await project.diff({ failIfDiff: true })).code).toBe(0);
  });

  it('narrows by a selection, and refuses one that nothing can match', async () => {
    project.git('checkout', '-q', 'main');
    project.commit({ 'models/shop/old.sql': 'select 1 as id' });
    project.git('checkout', '-q', '-B', 'branch');
    project.commit({ 'seeds/rate.csv': 'id,value\nvat,0.25\ncoupon,0.10\n', 'models/shop/old.sql': null });
    const found = await report({ select: ['revenue', 'old'], exclude: ['list'] });
    expect(kinds(found)).toEqual({ revenue: 'impacted', old: 'removed' });
    // What is not selected is not compared, but it is the branch's.
    expect(found.figures).toMatchObject([{ column: 'total', before: '204.6000', difference: '+8.5250' }]);
    expect(found).toMatchObject({
      touched: 4,
      selection: { words: '--select revenue old --exclude list', left: ['rate', 'paid', 'bonus'] },
    });
    expect((await project.diff({ select: ['list'], failIfDiff: true })).stdout).toContain('5 other nodes may move');
    expect(await project.diff({ select: ['revenu'] })).toMatchObject({
      code: 2,
      faults: [{ code: 'SELECTOR_EMPTY', hint: expect.stringContaining('revenue') }],
    });
  });

  it('writes the Markdown whole to a file, and leaves git and the index as they were', async () => {
    project.write({ 'seeds/rate.csv': 'id,value\nvat,0.25\ncoupon,0.10\n' });
    project.git('add', '-A');
    const before = [project.git('status', '--porcelain'), project.git('write-tree'), project.git('worktree', 'list')];
    await project.diff({ out: join(project.dir, 'target', 'out', 'diff.md') });
    expect(readFileSync(join(project.dir, 'target', 'out', 'diff.md'), 'utf8')).toMatch(/^<!-- runner diff -->\n/);
    expect([project.git('status', '--porcelain'), project.git('write-tree'), project.git('worktree', 'list')]).toEqual(
      before,
    );
  });
});

describe('the base', () => {
  it('is what HEAD has in common with a ref, and HEAD itself on the default branch', async () => {
    project.git('checkout', '-q', 'main');
    const start = project.git('rev-parse', 'HEAD');
    project.git('tag', 'v1');
    project.commit({ 'seeds/sale.csv': 'id,buyer,amount\n1,Ada,1\n' });
    expect((await report()).base).toMatchObject({ name: 'main', commit: project.git('rev-parse', 'HEAD') });
    expect((await report({ base: 'v1' })).base).toEqual({ name: 'v1', commit: start, dirty: false });
    project.git('checkout', '-q', 'branch');
    expect(await report({ base: 'main' })).toMatchObject({ base: { commit: start }, nodes: [] });
  });

  it('of a project in a subfolder are the files of that folder', async () => {
    const below = gitProject(database.config, 'shop/project');
    try {
      below.commit(SHOP);
      below.git('checkout', '-q', '-b', 'branch');
      below.commit({ 'seeds/rate.csv': 'id,value\nvat,0.25\n' });
      expect((await below.diff()).stdout).toContain('vat 20 % → 25 %');
    } finally {
      below.remove();
    }
  });

  it('is kept whole for the next time, the last few only', async () => {
    const kept = join(project.dir, 'target', 'base');
    await project.diff();
    const [first = ''] = readdirSync(kept);
    expect(existsSync(join(kept, first, 'models/shop/paid.sql'))).toBe(true);
    for (let count = 0; count < 6; count += 1) {
      project.commit({ 'docs.txt': String(count) });
      await project.diff({ base: 'HEAD' });
    }
    expect(readdirSync(kept)).toHaveLength(5);
  });

  it('that does not exist is told with a near name', async () => {
    project.git('branch', 'release');
    expect((await project.diff({ base: 'relaese' })).faults).toMatchObject([
      { code: 'BASE_UNKNOWN', found: 'relaese', hint: 'Did you mean "release"?' },
    ]);
    expect((await project.diff({ base: '--output=x' })).faults).toMatchObject([{ code: 'BASE_UNKNOWN' }]);
  });

  it('that was not fetched is told with what to fetch', async () => {
    project.commit({ 'docs.txt': 'x' });
    const clone = gitProject(undefined);
    try {
      clone.git(
        'fetch',
        '-q',
        '--depth=1',
        `file://${project.dir}`,
        'main:refs/remotes/origin/main',
        'branch:refs/heads/work',
      );
      clone.git('checkout', '-qf', 'work');
      expect((await clone.diff()).faults).toMatchObject([
        { code: 'BASE_NOT_FETCHED', hint: expect.stringContaining('fetch-depth: 0') },
      ]);
    } finally {
      clone.remove();
    }
  });

  it('that is faulty itself is told so, with the faults of both sides', async () => {
    project.git('checkout', '-q', 'main');
    project.commit({ 'models/shop/bad.sql': "select * from {{ ref('nothing') }}" });
    project.git('checkout', '-q', '-B', 'branch');
    project.commit({ 'models/shop/bad.sql': null, 'models/shop/worse.sql': "select * form {{ ref('sale') }}" });
    const { code, faults } = await project.diff();
    expect(code).toBe(2);
    const place = project.git('rev-parse', 'main').slice(0, 10);
    expect(faults).toMatchObject([
      { code: 'BASE_FAULTY' },
      { file: `${place}:models/shop/bad.sql` },
      { code: 'SQL_SYNTAX', file: 'models/shop/worse.sql' },
    ]);
  });

  it('needs a repository', async () => {
    renameSync(join(project.dir, '.git'), join(project.dir, 'git'));
    expect((await project.diff()).faults).toMatchObject([{ code: 'GIT_NO_REPOSITORY' }]);
  });
});

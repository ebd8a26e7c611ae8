import { describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { graphOf } from '../test/projects.ts';
import { type SelectionRequest, selectNodes } from './select.ts';

/*  seed ─► a ─► b ─► d ─► leaf        lone        src.t ─► s ─► question ─► maps.answers ─► answer
            └──► c ─┘                              log1, log2: one transaction, below leaf and lone     */
const selector = (name: string, select: string, exclude?: string) => ({
  name,
  line: 1,
  select: [select],
  ...(exclude === undefined ? {} : { exclude: [exclude] }),
});
const graph = graphOf(
  {
    'seeds/seed.csv': '',
    'sources/src__t.x': '',
    'sources/maps__answers.x': 'question',
    'models/base/a.sql':
      "{{ config(tags=['base', 'daily'], materialized='table', persist_docs=false) }} select * from {{ ref('seed') }}",
    'models/mid/b.sql': "{{ config(tags=['daily'], schema='mart') }} select * from {{ ref('a') }}",
    'models/mid/c.sql': "select * from {{ ref('a') }}",
    'models/top/d.sql': "{{ config(materialized='table') }} select * from {{ ref('b') }} join {{ ref('c') }} using (x)",
    'models/top/leaf.sql': "select * from {{ ref('d') }}",
    'models/top/lone.sql': 'select 1',
    'models/base/s.sql': "select * from {{ source('src', 't') }}",
    'models/maps/question.sql': "select * from {{ ref('s') }}",
    'models/maps/answer.sql': "select * from {{ source('maps', 'answers') }}",
    'models/log/log1.sql': "{{ config(transaction='log') }} select * from {{ ref('leaf') }}",
    'models/log/log2.sql': "{{ config(transaction='log') }} select * from {{ ref('lone') }}",
  },
  {
    selectors: [
      selector('tables', 'config.materialized:table'),
      selector('daily-views', 'tag:daily', 'selector:tables'),
      selector('today', 'changed,path:models/mid'),
    ],
  },
);
const state = {
  changed: () => new Set([graph.idOf('c')]),
  results: () =>
    new Map([
      [graph.idOf('b'), 'error'],
      [graph.idOf('d'), 'upstream_failed'],
      ['model.test.deleted_since', 'error'],
    ]),
};
const select = (request: SelectionRequest): string =>
  selectNodes(graph, request, state)
    .map((id) => graph.nodes.get(id)?.name)
    .sort()
    .join(' ');

/** The names selected, sorted; or of a wrong selection `CODE: hint`, a line each. */
function answer(...selectors: string[]): string {
  try {
    return select({ select: selectors });
  } catch (error) {
    return (error as RunnerError).faults.map(({ code, hint }) => `${code}: ${hint}`).join('\n');
  }
}

const ALL = 'a answer b c d leaf log1 log2 lone maps.answers question s seed src.t';

describe('the selection grammar', () => {
  it.each([
    // graph operators
    ['d', 'd'],
    ['+d', 'a b c d seed'],
    ['0+d', 'd'],
    ['1+d', 'b c d'],
    ['2+d', 'a b c d'],
    ['99+d+99', 'a b c d leaf log1 seed'],
    ['a+', 'a b c d leaf log1'],
    ['a+1', 'a b c'],
    ['a+0', 'a'],
    ['1+b+1', 'a b d'],
    ['+b+', 'a b d leaf log1 seed'],
    ['@b', 'a b c d leaf log1 seed'],
    ['@log1', 'a b c d leaf log1 seed'],
    ['@a', 'a b c d leaf log1 seed'],
    ['@log2', 'log2 lone'],
    ['1+tag:daily', 'a b seed'],
    // names, folders, wildcards
    ['l*', 'leaf log1 log2 lone'],
    ['log?', 'log1 log2'],
    ['[bc]', 'b c'],
    ['[!a-d]', 's'],
    ['*', 'a answer b c d leaf log1 log2 lone question s seed'],
    ['name:d', 'd'],
    ['mid', 'b c'],
    ['mid.b', 'b'],
    ['test.mid', 'b c'],
    ['top.l*', 'leaf lone'],
    ['*.mid.*', 'b c'],
    // paths and files
    ['path:models/mid', 'b c'],
    ['models/mid/b.sql', 'b'],
    ['./models/mid/', 'b c'],
    ['models\\mid\\b.sql', 'b'],
    ['path:models/*/a.sql', 'a'],
    ['path:models/**', 'a answer b c d leaf log1 log2 lone question s'],
    ['b.sql', 'b'],
    ['file:seed', 'seed'],
    ['file:*.csv', 'seed'],
    // tags, configuration, types
    ['tag:daily', 'a b'],
    ['tag:d*', 'a b'],
    ['config.materialized:table', 'a d'],
    ['config.materialized:s*', 'maps.answers seed src.t'],
    ['config.schema:mart', 'b'],
    ['config.tags:base', 'a'],
    ['config.persist_docs:false', 'a'],
    ['config.persist_docs:FALSE', 'a'],
    ['config.transaction:log', 'log1 log2'],
    ['resource_type:seed', 'seed'],
    ['resource_type:source', 'maps.answers src.t'],
    // sources, one of them asked by a model in the middle of the graph
    ['source:src', 'src.t'],
    ['source:src.t', 'src.t'],
    ['source:test.src.t', 'src.t'],
    ['source:src.t+1', 's src.t'],
    ['source:*.answers+', 'answer maps.answers'],
    ['+answer', 'answer maps.answers question s src.t'],
    ['1+answer', 'answer maps.answers'],
    ['question+', 'answer maps.answers question'],
    // union and intersection
    ['a lone', 'a lone'],
    ['  a   lone\t', 'a lone'],
    ['a a', 'a'],
    ['a+,tag:daily', 'a b'],
    ['a+,+leaf,path:models/top', 'd leaf'],
    ['tag:daily,config.materialized:view lone', 'b lone'],
    ['+b,+c', 'a seed'],
    // what the target decides
    ['changed', 'c'],
    ['changed+', 'c d leaf log1'],
    ['+changed', 'a c seed'],
    ['1+changed+1', 'a c d'],
    ['@changed', 'a b c d leaf log1 seed'],
    ['changed,path:models/mid', 'c'],
    ['changed,tag:daily', ''],
    ['changed+,tag:daily lone', 'lone'],
    ['result:error', 'b'],
    ['result:error+', 'b d leaf log1'],
    ['result:*', 'b d'],
    ['result:*failed', 'd'],
    ['result:cancelled', ''],
    ['result:error,tag:base', ''],
    // named selectors
    ['selector:tables', 'a d'],
    ['selector:tables+1', 'a b c d leaf'],
    ['selector:daily-views', 'b'],
    ['selector:tables,tag:daily', 'a'],
    ['selector:today', 'c'],
    ['selector:today,tag:base', ''],
    // what can never match
    ['laef', 'SELECTOR_EMPTY: Did you mean "leaf"?'],
    ['tag:dayly', 'SELECTOR_EMPTY: Did you mean "daily"?'],
    ['laef tag:dayly', 'SELECTOR_EMPTY: Did you mean "leaf"?\nSELECTOR_EMPTY: Did you mean "daily"?'],
    ['src.t', 'SELECTOR_EMPTY: Did you mean "source:src.t"?'],
    ['daily', 'SELECTOR_EMPTY: Did you mean "tag:daily"?'],
    ['tables', 'SELECTOR_EMPTY: Did you mean "selector:tables"?'],
    ['error', 'SELECTOR_EMPTY: Did you mean "result:error"?'],
    ['modified', 'SELECTOR_EMPTY: Did you mean "changed"?'],
    ['chnged', 'SELECTOR_EMPTY: Did you mean "changed"?'],
    ['dayly', 'SELECTOR_EMPTY: Did you mean "tag:daily"?'],
    ['result', 'SELECTOR_EMPTY: Did you mean "result:…"?'],
    ['xy', 'SELECTOR_EMPTY: `runner ls` lists every node.'],
    ['selector:tabels', 'SELECTOR_EMPTY: Did you mean "tables"?'],
    ['config.materialised:table', 'SELECTOR_EMPTY: Did you mean "materialized"?'],
    ['config.materialized:tabel', 'SELECTOR_EMPTY: Did you mean "table"?'],
    ['path:models/mdi', 'SELECTOR_EMPTY: Did you mean "models/mid"?'],
    ['a,lone', 'SELECTOR_EMPTY: A comma takes what is in both, a space what is in either: "a lone".'],
    ['changed,laef', 'SELECTOR_EMPTY: Did you mean "leaf"?'],
    ['zzz', 'SELECTOR_EMPTY: `runner ls` lists every node.'],
    // words that dbt has and this runner has not
    ['state:modified', 'SELECTOR_INVALID: Did you mean "changed"?'],
    ['1+state:modified.body+', 'SELECTOR_INVALID: Did you mean "1+changed+"?'],
    ['changed:body', 'SELECTOR_INVALID: Did you mean "changed"?'],
    ['result:fail+', 'SELECTOR_INVALID: Did you mean "result:failed+"?'],
    ['result:eror', 'SELECTOR_INVALID: Did you mean "result:error"?'],
    ['tga:daily', 'SELECTOR_INVALID: Did you mean "tag:daily"?'],
    ['materialized:table+', 'SELECTOR_INVALID: Did you mean "config.materialized:table+"?'],
    ['exposure:weekly', 'SELECTOR_INVALID: There is no exposure here.'],
    ['test_type:unit', 'SELECTOR_INVALID: Tests go with their model: runner test --select MODEL.'],
    ['constructor:x', /^SELECTOR_INVALID: The methods are name, tag, /],
    // odd input
    ['', 'SELECTOR_INVALID: Without --select it is every node that is taken, and none left out.'],
    ['   ', 'SELECTOR_INVALID: Without --select it is every node that is taken, and none left out.'],
    ['a,', /^SELECTOR_INVALID: No space stands at a comma/],
    ['a , lone', /^SELECTOR_INVALID: No space stands at a comma/],
    ['"a lone"', /^SELECTOR_INVALID: Names are written without quotes/],
    ['@a+', 'SELECTOR_INVALID: @a takes the descendants already.'],
    ['++a', /^SELECTOR_INVALID/],
    ['a++', /^SELECTOR_INVALID/],
    ['@@a', /^SELECTOR_INVALID/],
    ['+', /^SELECTOR_INVALID/],
    ['@', /^SELECTOR_INVALID/],
    ['2+', /^SELECTOR_INVALID/],
    ['tag:', /^SELECTOR_INVALID/],
    [':', /^SELECTOR_INVALID/],
    ['a[b', /^SELECTOR_EMPTY/],
    ['[z-a]', /^SELECTOR_EMPTY/],
    ['(a|b)', /^SELECTOR_EMPTY/],
    ['é$&\u{1f3c5}', /^SELECTOR_EMPTY/],
    ['__proto__', /^SELECTOR_EMPTY/],
    ['99999999999999999999999+a', 'a seed'],
  ])('%s → %s', (given, expected) => {
    if (typeof expected === 'string') expect(answer(given)).toBe(expected);
    else expect(answer(given)).toMatch(expected);
  });

  it('takes every node without a selector, in dependency order', () => {
    expect(selectNodes(graph, {})).toEqual(graph.dag.order);
    expect(select({})).toBe(ALL);
  });

  it('leaves out what --exclude names, with the same grammar', () => {
    expect(select({ select: ['a+'], exclude: ['d+'] })).toBe('a b c');
    expect(select({ exclude: ['+log1', 'source:src+', 'resource_type:source'] })).toBe('log2 lone');
    expect(select({ select: ['a', 'b'], exclude: ['tag:base'] })).toBe('b');
    expect(select({ select: ['mid'], exclude: ['changed'] })).toBe('b');
    expect(select({ select: ['tag:daily'], exclude: ['selector:tables,tag:base'] })).toBe('b');
    expect(() => select({ exclude: [''] })).toThrow('--exclude names nothing');
    expect(() => select({ exclude: ['laef'] })).toThrow(RunnerError);
  });

  it('says how many nodes each part of an intersection has when none is in all', () => {
    expect(() => select({ select: ['tag:daily,lone,top'] })).toThrow('no node is in all parts of "tag:daily,lone,top"');
    try {
      select({ select: ['tag:daily,lone,top'] });
    } catch (error) {
      expect((error as RunnerError).faults[0]?.found).toBe('tag:daily has 2, lone has 1, top has 3');
    }
  });
});

import { describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { graphOf } from '../test/projects.ts';
import { selectNodes } from './select.ts';

/*  seed ─► a ─► b ─► d ─► leaf        lone
            └──► c ─┘                  src.t ─► s            */
const graph = graphOf({
  'seeds/seed.csv': '',
  'sources/src__t.x': '',
  'models/base/a.sql': "{{ config(tags=['base', 'daily'], materialized='table') }} select * from {{ ref('seed') }}",
  'models/mid/b.sql': "{{ config(tags=['daily']) }} select * from {{ ref('a') }}",
  'models/mid/c.sql': "select * from {{ ref('a') }}",
  'models/top/d.sql': "{{ config(materialized='table') }} select * from {{ ref('b') }} join {{ ref('c') }} using (x)",
  'models/top/leaf.sql': "select * from {{ ref('d') }}",
  'models/top/lone.sql': 'select 1',
  'models/base/s.sql': "select * from {{ source('src', 't') }}",
});
const state = {
  changed: () => new Set([graph.idOf('c')]),
  results: () =>
    new Map([
      [graph.idOf('b'), 'error'],
      [graph.idOf('d'), 'upstream_failed'],
    ]),
};
const names = (select: string[], exclude: string[] = []): string =>
  selectNodes(graph, { select, exclude }, state)
    .map((id) => graph.nodes.get(id)?.name)
    .sort()
    .join(' ');

describe('the selection grammar', () => {
  it.each([
    ['d', 'd'],
    ['+d', 'a b c d seed'],
    ['1+d', 'b c d'],
    ['2+d', 'a b c d'],
    ['a+', 'a b c d leaf'],
    ['a+1', 'a b c'],
    ['1+b+1', 'a b d'],
    ['+b+', 'a b d leaf seed'],
    ['@b', 'a b c d leaf seed'],
    ['@leaf', 'a b c d leaf seed'],
    ['@lone', 'lone'],
    ['tag:daily', 'a b'],
    ['tag:d*', 'a b'],
    ['path:models/mid', 'b c'],
    ['models/mid/b.sql', 'b'],
    ['models/top/', 'd leaf lone'],
    ['path:models/*/a.sql', 'a'],
    ['source:src', 'src.t'],
    ['source:src.t+', 's src.t'],
    ['config.materialized:table', 'a d'],
    ['resource_type:seed', 'seed'],
    ['l*', 'leaf lone'],
    ['?', 'a b c d s'],
    ['[bc]', 'b c'],
    ['a lone', 'a lone'],
    ['a+,tag:daily', 'a b'],
    ['a+,+leaf,path:models/top', 'd leaf'],
    ['tag:daily,config.materialized:view lone', 'b lone'],
    ['changed', 'c'],
    ['changed+', 'c d leaf'],
    ['+changed', 'a c seed'],
    ['result:error', 'b'],
    ['result:error+', 'b d leaf'],
    ['result:*', 'b d'],
    ['result:cancelled', ''],
  ])('%s selects %s', (selector, expected) => {
    expect(names([selector])).toBe(expected);
  });

  it('takes every node without a selector, in dependency order', () => {
    expect(selectNodes(graph, {})).toEqual(graph.dag.order);
  });

  it('leaves out what --exclude names, with the same grammar', () => {
    expect(names(['a+'], ['d+'])).toBe('a b c');
    expect(names([], ['+leaf', 'source:src+'])).toBe('lone');
    expect(names(['a', 'b'], ['tag:base'])).toBe('b');
  });

  it('suggests a near name for a selector that matches nothing', () => {
    expect(() => names(['laef'])).toThrow(RunnerError);
    try {
      names(['laef', 'tag:dayly']);
    } catch (error) {
      expect((error as RunnerError).faults.map(({ code, hint }) => [code, hint])).toEqual([
        ['SELECTOR_EMPTY', 'Did you mean "leaf"?'],
        ['SELECTOR_EMPTY', 'Did you mean "daily"?'],
      ]);
    }
  });

  it.each(['@a+', '++a', 'foo:bar', 'a++', '+'])('refuses %s', (selector) => {
    expect(() => names([selector])).toThrow(RunnerError);
  });
});

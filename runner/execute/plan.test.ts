import { describe, expect, it } from 'vitest';
import { graphOf } from '../test/projects.ts';
import { planNodes } from './plan.ts';

const graph = graphOf({
  'sources/shop__orders.x': '',
  'sources/maps__answers.x': 'question',
  'models/stg.sql': "select * from {{ source('shop', 'orders') }}",
  'models/question.sql': "select * from {{ ref('stg') }}",
  'models/answer.sql': "select * from {{ source('maps', 'answers') }}",
  'models/inlined.sql': "{{ config(materialized='ephemeral') }}select * from {{ source('maps', 'answers') }}",
  'models/log1.sql': "{{ config(transaction='log') }}select * from {{ ref('stg') }}",
  'models/log2.sql': "{{ config(transaction='log') }}select * from {{ ref('answer') }}",
});
const plan = (names: readonly string[], forced = '', excluded = ''): string =>
  planNodes(
    graph,
    [...graph.nodes.values()].filter(({ name }) => names.includes(name)).map(({ id }) => id),
    { isForced: ({ name }) => name === forced, mayJoin: (id) => graph.nodes.get(id)?.name !== excluded },
  )
    .map((id) => graph.nodes.get(id)?.name)
    .join(' ');

describe('what a run of the selected nodes builds', () => {
  it('leaves out a source that is landed before, and keeps one that is asked in between', () => {
    expect(plan(['shop.orders', 'maps.answers', 'stg'])).toBe('stg maps.answers');
  });

  it('takes all nodes of a transaction or none', () => {
    expect(plan(['log2'])).toBe('log1 log2');
    expect(plan(['stg'])).toBe('stg');
  });

  it('asks a forced source, with what reads it, in a run that has other work', () => {
    expect(plan(['stg'], 'maps.answers')).toBe('stg maps.answers answer log2');
    expect(plan([], 'maps.answers')).toBe('');
    expect(plan(['stg'], 'maps.answers', 'answer')).toBe('stg maps.answers log2');
  });
});

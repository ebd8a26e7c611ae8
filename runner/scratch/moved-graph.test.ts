import { describe, expect, it } from 'vitest';
import type { Graph } from '../graph/types.ts';
import { graphOf } from '../test/projects.ts';
import { movedGraph, movedSchema } from './moved-graph.ts';
import { withAllRead } from './with-all-read.ts';

const graph = graphOf({
  'seeds/rate.csv': '',
  'sources/shop__orders.x': '',
  'models/stg.sql': "{{ config(materialized='view', schema='staging') }}select * from {{ source('shop', 'orders') }}",
  'models/inline.sql': "{{ config(materialized='ephemeral') }}select * from {{ ref('stg') }}",
  'models/log.sql':
    "{{ config(materialized='incremental', unique_key=['a'], schema='log') }}select * from {{ ref('inline') }}",
  'models/aside.sql': "{{ config(materialized='table') }}select * from {{ ref('rate') }}",
});
const at = (of: Graph, name: string): string => {
  const relation = of.nodes.get(of.idOf(name))?.relation;
  return `${relation?.schema}.${relation?.name}`;
};

describe('the graph of a throw-away build', () => {
  it('has each node that is built in a schema of its own, and as a plain table', () => {
    const moved = movedGraph(graph, 'p', (id) => id !== graph.idOf('aside'));
    expect(at(moved, 'stg')).toBe('p_staging.stg');
    expect(at(moved, 'log')).toBe('p_log.log');
    expect(moved.nodes.get(moved.idOf('stg'))).toMatchObject({ materialized: 'table' });
    expect(moved.nodes.get(moved.idOf('log'))).toMatchObject({ materialized: 'table' });
    expect(at(moved, 'aside')).toBe(at(graph, 'aside'));
  });

  it('reads sources where they are, and what another build has made where that put it', () => {
    const base = { graph: movedGraph(graph, 'base', () => true), results: new Map() };
    const head = movedGraph(graph, 'head', (id) => id === graph.idOf('log'), base);
    expect(at(head, 'log')).toBe('head_log.log');
    expect(at(head, 'stg')).toBe('base_staging.stg');
    const source = [...head.nodes.values()].find(({ type }) => type === 'source');
    expect(source?.relation).toEqual([...graph.nodes.values()].find(({ type }) => type === 'source')?.relation);
  });

  it('keeps the names of schemas within what PostgreSQL tells apart', () => {
    const [one, two] = ['a', 'b'].map((end) =>
      movedSchema('runner_scratch_01234567_replay', { schema: `${'é'.repeat(20)}${end}` }),
    );
    expect(one).not.toBe(two);
    expect(Buffer.byteLength(one ?? '')).toBeLessThan(64);
  });
});

describe('what a throw-away build needs', () => {
  const names = (ids: ReadonlySet<string>): readonly string[] =>
    [...ids].map((id) => id.split('.').at(-1) ?? '').sort();

  it('is a node with all that it reads, through what stands in it as a subquery, without sources', () => {
    expect(names(withAllRead(graph, [graph.idOf('log')]))).toEqual(['log', 'stg']);
  });

  it('is what its contract queries too, with all that this reads', () => {
    const nodes = new Map(graph.nodes);
    const id = graph.idOf('log');
    const contract = { filter: null, checks: [{ query: 'select a from public.aside' }], columns: [] };
    nodes.set(id, { ...nodes.get(id), contract } as never);
    expect(names(withAllRead({ ...graph, nodes }, [id]))).toEqual(['aside', 'log', 'rate', 'stg']);
  });
});

import { describe, expect, it } from 'vitest';
import type { ModelNode } from '../graph/types.ts';
import { world } from '../test/world.ts';
import { changedSteps, completeStates, isUnchanged } from './changes.ts';

const base = world();

describe('what changed', () => {
  it('is nothing when nothing did', () => {
    expect(world({}, '2026-11-24', base).changed()).toBe('');
  });

  it('is everything that was never built', () => {
    const empty = world({ 'models/new.sql': 'select 1' }, '2026-11-24', base);
    expect(empty.changed()).toBe('new');
  });

  it('is a model with other SQL and what depends on it', () => {
    expect(
      world(
        { 'models/monthly.sql': "select 2 from {{ ref('codes') }} where d <= {{ month() }}" },
        '2026-11-24',
        base,
      ).changed(),
    ).toBe('kpi log monthly');
  });

  it('is what calls an edited macro, seen at render time', () => {
    expect(world({ 'macros/month.sql': '{% macro month() %}null{% endmacro %}' }, '2026-11-24', base).changed()).toBe(
      'kpi log monthly',
    );
  });

  it('on another day is what reads the day, but not what ignores it', () => {
    expect(world({}, '2026-11-25', base).changed()).toBe('daily kpi');
  });

  it('in a new month is also what reads the month, and then the log too', () => {
    expect(world({}, '2026-12-01', base).changed()).toBe('daily kpi log monthly');
  });

  it('is what reads a batch that landed, up to the source that is asked for it and what reads its answers', () => {
    const now = world({}, '2026-11-24', base);
    now.versions.land('shop.orders', { batchId: '2', version: 'second', origin: '', originHash: null, rowCount: 1 });
    expect(now.changed()).toBe('answer daily kpi log maps.answers question stg');
  });

  it('spares what reads an asked source that had nothing new', () => {
    const now = world({}, '2026-11-24', base);
    now.versions.land('shop.orders', { batchId: '2', version: 'second', origin: '', originHash: null, rowCount: 1 });
    expect(isUnchanged(now.node('answer'), now.fingerprinter, now.versions, now.state)).toBe(true);
    now.versions.land('maps.answers', {
      batchId: '3',
      version: 'new answers',
      origin: '',
      originHash: null,
      rowCount: 2,
    });
    expect(isUnchanged(now.node('answer'), now.fingerprinter, now.versions, now.state)).toBe(false);
  });

  it('is a node whose relation somebody dropped', () => {
    const now = world({}, '2026-11-24', base);
    const relations = new Map([...now.state.relations].filter(([name]) => name !== 'public.monthly'));
    const gone = { ...now, state: { ...now.state, relations } };
    expect(isUnchanged(gone.node('monthly'), gone.fingerprinter, gone.versions, gone.state)).toBe(false);
  });

  it('is a node that holds no row though a flag looks at it, and what depends on it', () => {
    const now = world({}, '2026-11-24', base);
    const emptied = { ...now, state: { ...now.state, empty: new Set([now.node('monthly').id]) } };
    expect(changedSteps(emptied).map((id) => id.split('.').at(-1))).toEqual(['monthly', 'kpi', 'log']);
  });

  it('is a materialized view that a swap has put a table in place of', () => {
    const now = world({}, '2026-11-24', base);
    const node = { ...now.node('monthly'), materialized: 'materialized_view' } as ModelNode;
    const isUnchangedAs = (kind: string): boolean => {
      const relations = new Map([...now.state.relations, ['public.monthly', kind]] as const);
      return isUnchanged(node, now.fingerprinter, now.versions, { ...now.state, relations });
    };
    expect([isUnchangedAs('m'), isUnchangedAs('r')]).toEqual([true, false]);
  });

  it('is what was built on a parent that was not rebuilt yet, once the parent is', () => {
    const now = world({ 'models/stg.sql': "select 2 from {{ source('shop', 'orders') }}" }, '2026-11-24', base);
    // Only the child is built: it keeps the parent's old version, and is due again when the parent is published.
    now.publish('daily');
    now.publish('stg');
    expect(now.changed()).toContain('daily');
  });

  it('is not for ever what has begun to ignore a macro', () => {
    const before = world({ 'models/log.sql': "select * from {{ ref('kpi') }}" });
    const now = world({}, '2026-11-24', before);
    expect(now.changed()).toBe('log');
    expect(completeStates(now.graph, now.fingerprinter, now.versions, now.state)).not.toContain(now.node('log'));
    now.publish('log');
    expect(now.changed()).toBe('');
    expect(world({}, '2026-11-25', now).changed()).toBe('daily kpi');
  });
});

import { describe, expect, it } from 'vitest';
import { world } from '../test/world.ts';
import { hashOf } from '../util/hash.ts';
import { completeStates } from './changes.ts';

const DAY = '2026-11-24';
const base = world();
const monthly = (what: string): Record<string, string> => ({
  'models/monthly.sql': `select ${what} from {{ ref('codes') }} where d <= {{ month() }}`,
});

describe('early cut-off', () => {
  it('spares what reads a node whose rows came out the same', () => {
    const now = world(monthly('a + 0'), DAY, base);
    expect(now.changed()).toBe('kpi log monthly');
    expect(now.run({ monthly: 'same' })).toBe('monthly | kpi log');
    expect(now.changed()).toBe('');
  });

  it('spares nothing when they came out otherwise', () => {
    const now = world(monthly('b'), DAY, base);
    expect(now.run()).toBe('kpi log monthly | ');
    expect(now.changed()).toBe('');
  });

  it('goes on through a view, which shows what its parents hold', () => {
    const now = world(
      { 'seeds/codes.csv': '', 'macros/month.sql': '{% macro month() %}null{% endmacro %}' },
      DAY,
      base,
    );
    expect(now.run({ monthly: 'other' })).toBe('kpi log monthly | ');
    const other = world({ 'models/kpi.sql': "select 1 from {{ ref('daily') }}, {{ ref('monthly') }}" }, DAY, base);
    expect(other.run({ kpi: 'same' })).toBe('kpi log | ');
  });

  it('spares what reads a view of which only the contract or the configuration changed', () => {
    const now = world(
      { 'models/kpi.sql': "{{ config(alias='kpi2') }}select * from {{ ref('daily') }}, {{ ref('monthly') }}" },
      DAY,
      base,
    );
    expect(now.changed()).toBe('kpi log');
    expect(now.run()).toBe('kpi | log');
  });

  it('is not for ever: the next content that differs makes descendants due, even that of the first text', () => {
    const same = world(monthly('a + 0'), DAY, base);
    same.run({ monthly: 'same' });
    const other = world(monthly('b'), DAY, same);
    expect(other.run()).toBe('kpi log monthly | ');
    const back = world(monthly('a + 0'), DAY, other);
    expect(back.run()).toBe('kpi log monthly | ');
    const first = world({}, DAY, back);
    expect(first.run()).toBe('kpi log monthly | ');
  });

  it('leaves a descendant due that failed when its parent changed, until it is built', () => {
    const now = world(monthly('b'), DAY, base);
    now.publish('monthly');
    expect(now.changed()).toBe('kpi log');
    const again = world(monthly('b + 0'), DAY, now);
    again.publish('monthly', 'same');
    expect(again.changed()).toBe('kpi log');
  });

  it('takes a descendant that was not built in between for up to date when its parent is back where it was', () => {
    const now = world(monthly('b'), DAY, base);
    now.publish('monthly');
    const back = world({}, DAY, now);
    back.publish('monthly');
    expect(back.changed()).toBe('');
  });
});

describe('an ephemeral model', () => {
  const files = (what: string): Record<string, string> => ({
    'models/between.sql': `{{ config(materialized='ephemeral') }}select ${what} from {{ ref('monthly') }}`,
    'models/reader.sql': "select * from {{ ref('between') }}",
  });
  const first = world(files('a'));

  it('is built nowhere, and hands on what changes in it and above it', () => {
    expect(world(files('a'), DAY, first).changed()).toBe('');
    expect(world(files('b'), DAY, first).run()).toBe('reader | ');
    expect(world({ ...files('a'), ...monthly('b') }, DAY, first).run()).toBe('kpi log monthly reader | ');
  });

  it('spares what reads it when what it reads came out the same', () => {
    const now = world({ ...files('a'), ...monthly('a + 0') }, DAY, first);
    expect(now.run({ monthly: 'same' })).toBe('monthly | kpi log reader');
  });
});

describe('a hook', () => {
  it('that changed may change the rows after they were compared, so that who reads them is due', () => {
    const hooked = (hook: string): Record<string, string> => ({
      'models/monthly.sql': `{{ config(post_hook='${hook}') }}select * from {{ ref('codes') }} where d <= {{ month() }}`,
    });
    const first = world(hooked('analyze'));
    expect(world(hooked('update'), DAY, first).run({ monthly: 'same' })).toBe('kpi log monthly | ');
  });
});

describe('what was not known to change', () => {
  it('still counts: other rows from the same text and parents make descendants due', () => {
    const now = world({}, DAY, base);
    now.publish('monthly', 'other');
    expect(now.changed()).toBe('kpi log');
    expect(now.run()).toBe('kpi log | ');
  });

  it('of a relation that was gone and is made again may be other rows: who reads it is due', () => {
    const now = world({}, DAY, base);
    now.publish('monthly', 'unknown');
    expect(now.changed()).toBe('kpi log');
  });
});

describe('an incremental model', () => {
  const reader = { 'models/reader.sql': "select * from {{ ref('log') }}" };
  const log = (what: string): Record<string, string> => ({
    ...reader,
    'models/log.sql': `{{ config(ignore_changes=['day']) }}select ${what} from {{ ref('kpi') }}`,
  });
  const first = world(reader);

  it('that is back at its first text does not hold what it held, so that who reads it is due', () => {
    const other = world(log('b'), DAY, first);
    other.publish('log');
    const back = world(reader, DAY, other);
    back.publish('log');
    expect(back.changed()).toBe('reader');
  });

  it('that was rebuilt after it was dropped has lost its history: who reads it is due', () => {
    const now = world(reader, DAY, first);
    now.publish('log', 'unknown');
    expect(now.changed()).toBe('reader');
  });

  it('that added no row spares who reads it', () => {
    const now = world(log('b'), DAY, first);
    expect(now.run({ log: 'same' })).toBe('log | reader');
  });
});

describe('a model that ignores the day', () => {
  it('is spared on another day, whatever the day did to what it reads', () => {
    const now = world({}, '2026-11-25', base);
    expect(now.run()).toBe('daily kpi | ');
    expect(now.changed()).toBe('');
  });

  it('is due when something else changed on that day', () => {
    const text = { 'models/daily.sql': "select 2 from {{ ref('stg') }} where d <= {{ day() }}" };
    expect(world(text, '2026-11-25', base).run()).toBe('daily kpi log | ');
  });

  it('does not miss a text that gave the same rows on one day, and others on the next', () => {
    const daily = (what: string): Record<string, string> => ({
      'models/daily.sql': `select ${what} from {{ ref('stg') }} where d <= {{ day() }}`,
    });
    const b = world(daily('b'), DAY, base);
    expect(b.run({ daily: 'same' })).toBe('daily | kpi log');
    const nextDay = world(daily('b'), '2026-11-25', b);
    expect(nextDay.run()).toBe('daily kpi | ');
    expect(nextDay.changed()).toBe('');
    const back = world({}, '2026-11-25', nextDay);
    expect(back.run()).toBe('daily kpi log | ');
  });
});

describe('a model that begins to ignore something else', () => {
  it('makes the others known in that way, but not for what they were not published as', () => {
    const log = "{{ config(ignore_changes=['day']) }}select {{ day() }} from {{ ref('kpi') }}";
    const reader = "{{ config(ignore_changes=['month']) }}select * from {{ ref('log') }}";
    const first = world({ 'models/log.sql': log });
    const now = world({ 'models/log.sql': log, 'models/reader.sql': reader }, '2026-11-25', first);
    const node = now.node('log');
    expect(completeStates(now.graph, now.fingerprinter, now.versions, now.state)).toContain(node);
    expect(now.versions.stored(node.id)?.versions.month).toBeDefined();
    expect(now.versions.stored(node.id)?.hashes?.['']).toBe(first.versions.stored(node.id)?.hashes?.['']);
  });
});

describe('a state of an older version of the runner', () => {
  it('stays valid, and is completed', () => {
    const now = world({}, DAY, base);
    const { graph, versions, fingerprinter } = now;
    const first = { parts: {}, hashes: null, versions: {} };
    for (const id of graph.dag.order) {
      const node = graph.nodes.get(id);
      if (!node || !versions.stored(id)) continue;
      const formerly = (variant: string): Record<string, string> =>
        fingerprinter.partsLike(first, node, variant, fingerprinter.parts(node, variant, versions.of));
      versions.publish(id, {
        parts: formerly(fingerprinter.variantOf(node)),
        hashes: null,
        versions: Object.fromEntries(fingerprinter.variants.map((variant) => [variant, hashOf(formerly(variant))])),
      });
    }
    expect(now.changed()).toBe('');
    expect(completeStates(now.graph, now.fingerprinter, now.versions, now.state).map(({ name }) => name)).toContain(
      'log',
    );
    expect(now.changed()).toBe('');
    expect(world({}, '2026-11-25', now).run()).toBe('daily kpi | ');
    expect(completeStates(now.graph, now.fingerprinter, now.versions, now.state)).toEqual([]);
  });
});

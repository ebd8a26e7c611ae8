import { describe, expect, it } from 'vitest';
import { createRenderer } from '../compile/render.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph, Node } from '../graph/types.ts';
import { projectOf } from '../test/projects.ts';
import { fillVariants, findChanges, isStep, isUnchanged } from './changes.ts';
import { createFingerprinter, createVersions, type Fingerprinter, type Versions } from './fingerprint.ts';
import type { TargetState } from './types.ts';

const FILES = {
  'seeds/codes.csv': '',
  'sources/shop__orders.x': '',
  'sources/maps__answers.x': 'question',
  'macros/day.sql': "{% macro day() %}date '{{ as_of }}'{% endmacro %}",
  'macros/month.sql': "{% macro month() %}date '{{ as_of | month_start }}'{% endmacro %}",
  'models/stg.sql': "select * from {{ source('shop', 'orders') }}",
  'models/question.sql': "select a from {{ ref('stg') }}",
  'models/answer.sql': "select * from {{ source('maps', 'answers') }}",
  'models/daily.sql': "select * from {{ ref('stg') }} where d <= {{ day() }}",
  'models/monthly.sql': "select * from {{ ref('codes') }} where d <= {{ month() }}",
  'models/kpi.sql': "select * from {{ ref('daily') }}, {{ ref('monthly') }}",
  'models/log.sql': "{{ config(ignore_changes=['day']) }}select * from {{ ref('kpi') }}",
};

interface World {
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
  readonly versions: Versions;
  readonly state: TargetState;
  readonly node: (name: string) => Node;
  /** Names of what would run. */
  readonly changed: () => string;
}

/** What the files say on a day, against a target: by default one on which everything was published from the same files. */
function world(changes: Readonly<Record<string, string>> = {}, asOf = '2026-11-24', published?: World): World {
  const project = projectOf({ ...FILES, ...changes });
  const options = { asOf, vars: {}, env: () => undefined };
  const graph = buildGraph(project, project.models.map(createRenderer(project, options)));
  const fingerprinter = createFingerprinter(
    graph,
    (node, macros) => {
      const file = project.models.find(({ name }) => name === node.name);
      return file && createRenderer(project, { ...options, frozenMacros: new Set(macros) })(file);
    },
    () => 'settings',
  );
  const nodes = [...graph.nodes.values()].filter(isStep);
  const batches = new Map(
    ['shop.orders', 'maps.answers'].map((name) => [
      name,
      { batchId: '1', version: `first ${name}`, origin: '', originHash: null, rowCount: 1 },
    ]),
  );
  const versions = createVersions(graph, new Map(), batches);
  const from = published ?? { versions, fingerprinter };
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (!node || !isStep(node)) continue;
    if (published) {
      const stored = published.versions.stored(id);
      if (stored) versions.publish(id, stored);
    } else versions.publish(id, from.fingerprinter.state(node, versions.of));
  }
  const state = {
    nodes: new Map(),
    batches,
    relations: new Map(nodes.map(({ relation }) => [`${relation.schema}.${relation.name}`, 'r'])),
  };
  const node = (name: string): Node => [...graph.nodes.values()].find((candidate) => candidate.name === name) as Node;
  const changed = (): string =>
    [...findChanges(graph, fingerprinter, versions, state)]
      .filter(([, reasons]) => reasons.length > 0)
      .map(([id]) => graph.nodes.get(id)?.name)
      .sort()
      .join(' ');
  return { graph, fingerprinter, versions, state, node, changed };
}

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

  it('is what was built on a parent that was not rebuilt yet, once the parent is', () => {
    const now = world({ 'models/stg.sql': "select 2 from {{ source('shop', 'orders') }}" }, '2026-11-24', base);
    // Only the child is built: it keeps the parent's old version, and is due again when the parent is published.
    now.versions.publish(now.node('daily').id, now.fingerprinter.state(now.node('daily'), now.versions.of));
    now.versions.publish(now.node('stg').id, now.fingerprinter.state(now.node('stg'), now.versions.of));
    expect(now.changed()).toContain('daily');
  });

  it('is not for ever what has begun to ignore a macro', () => {
    const before = world({ 'models/log.sql': "select * from {{ ref('kpi') }}" });
    const now = world({}, '2026-11-24', before);
    expect(now.changed()).toBe('log');
    expect(fillVariants(now.graph, now.fingerprinter, now.versions, now.state)).not.toContain(now.node('log').id);
    now.versions.publish(now.node('log').id, now.fingerprinter.state(now.node('log'), now.versions.of));
    expect(now.changed()).toBe('');
    expect(world({}, '2026-11-25', now).changed()).toBe('daily kpi');
  });
});

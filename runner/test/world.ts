import { createRenderer } from '../compile/render.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { NodeConfig } from '../project/types.ts';
import { findChanges, isStep, isUnchanged } from '../state/changes.ts';
import { createFingerprinter, type Fingerprinter } from '../state/fingerprint.ts';
import type { TargetState } from '../state/types.ts';
import { type Content, createVersions, publishedState, type Versions } from '../state/versions.ts';
import { projectOf } from './projects.ts';

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

const TABLE: NodeConfig = { materialized: 'table' };
const CONFIG: Readonly<Record<string, NodeConfig>> = {
  stg: { materialized: 'view' },
  kpi: { materialized: 'view' },
  log: { materialized: 'incremental', incremental_strategy: 'append' },
};

export interface World {
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
  readonly versions: Versions;
  readonly state: TargetState;
  readonly node: (name: string) => Node;
  /** Names of what would run. */
  readonly changed: () => string;
  /** Publishes a node as it stands now. */
  readonly publish: (name: string, content?: Content) => void;
  /**
   * Builds what changed, as a run does.
   * @param contents how the content of each came out, `other` unless told
   * @returns what was built, and after a bar what was spared
   */
  readonly run: (contents?: Readonly<Record<string, Content>>) => string;
}

/** What the files say on a day, against a target: by default one on which everything was published from the same files. */
export function world(changes: Readonly<Record<string, string>> = {}, asOf = '2026-11-24', published?: World): World {
  const files = projectOf({ ...FILES, ...changes });
  const project = { ...files, models: files.models.map((file) => ({ ...file, config: CONFIG[file.name] ?? TABLE })) };
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
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (!node || !isStep(node)) continue;
    if (published) {
      const stored = published.versions.stored(id);
      if (stored) versions.publish(id, stored);
    } else versions.publish(id, publishedState(fingerprinter, node, versions.of, undefined, 'unknown'));
  }
  const state = {
    nodes: new Map(),
    batches,
    relations: new Map(nodes.map(({ relation }) => [`${relation.schema}.${relation.name}`, 'r'])),
    empty: new Set<string>(),
    built: [],
    roles: new Map(),
    hasScratch: false,
  };
  const node = (name: string): Node => [...graph.nodes.values()].find((candidate) => candidate.name === name) as Node;
  const changed = (): string =>
    [...findChanges(graph, fingerprinter, versions, state)]
      .filter(([, reasons]) => reasons.length > 0)
      .map(([id]) => graph.nodes.get(id)?.name)
      .sort()
      .join(' ');
  const publish = (name: string, content: Content = 'other'): void => {
    const { id } = node(name);
    versions.publish(id, publishedState(fingerprinter, node(name), versions.of, versions.stored(id), content));
  };
  const run = (contents: Readonly<Record<string, Content>> = {}): string => {
    const due = changed().split(' ');
    const spared: string[] = [];
    for (const id of graph.dag.order) {
      const name = graph.nodes.get(id)?.name ?? '';
      if (!due.includes(name)) continue;
      if (isUnchanged(node(name), fingerprinter, versions, state)) spared.push(name);
      else publish(name, contents[name]);
    }
    return [due.filter((name) => !spared.includes(name)), spared.sort()].map((names) => names.join(' ')).join(' | ');
  };
  return { graph, fingerprinter, versions, state, node, changed, publish, run };
}

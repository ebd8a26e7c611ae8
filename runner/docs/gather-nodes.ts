import { isEphemeral } from '../graph/inlined.ts';
import type { Node } from '../graph/types.ts';
import type { Tags } from '../policy/types.ts';
import { groupBy } from '../util/group-by.ts';
import { checksOf } from './gather-checks.ts';
import { byName, columnsOf, conditionsOf, type Traces, tracesOf } from './gather-columns.ts';
import { folderOf } from './gather-graph.ts';
import { runLinks } from './gather-runs.ts';
import type { SiteInput } from './input.ts';
import { descriptionOf, linkTo, nodeHref, nodePath } from './places.ts';
import { readersOf } from './readers.ts';
import type { BuiltView, NodeLink, NodeView, TestView } from './types.ts';
import { countOf, NO_LINK, outcomeOf, secondsOf, statusOf } from './words.ts';

/** Every node of the graph as its page tells it, by name. */
export function nodesOf(input: SiteInput, tags: Tags | undefined): readonly NodeView[] {
  const { graph, project, target } = input;
  const traces = tracesOf(graph, input.lineage);
  const checks = groupBy(target?.checks ?? [], ({ nodeId }) => nodeId);
  const templates = new Map(project.models.map(({ name, template }) => [name, template]));
  return byName(graph).map((node) => {
    const relation = `${node.relation.schema}.${node.relation.name}`;
    const readable = target?.figures.readable ?? null;
    const columns = columnsOf(graph, node, traces, tags);
    return {
      id: node.id,
      name: node.name,
      type: node.type,
      kind: node.type === 'model' ? node.materialized : node.type,
      path: nodePath(node),
      href: nodeHref(node),
      relation: isEphemeral(node) ? '' : relation,
      schema: node.relation.schema,
      folder: folderOf(node.type, node.file, node.name),
      file: node.file,
      description: descriptionOf(node),
      grain: node.contract?.grain ?? '',
      owner: node.contract?.owner ?? '',
      tags: node.tags,
      personal: [...new Set(columns.flatMap(({ personal }) => personal))].sort(),
      readers: readersOf(node, project.config.roles),
      settings: settingsOf(node),
      columns,
      ...lineageOf(input, node, traces),
      contractFile: node.contract?.file ?? '',
      checks: checksOf(node, checks.get(node.id) ?? [], readable?.has(relation) ?? true),
      tests: testsOf(input, node),
      parents: linksTo(input, graph.dag.parents(node.id)),
      children: linksTo(input, graph.dag.children(node.id)),
      sql: sqlOf(input, node, templates),
      ...builtOf(input, node),
    };
  });
}

function linksTo({ graph }: SiteInput, ids: readonly string[]): readonly NodeLink[] {
  const links = [...new Set(ids)].flatMap((id) => graph.nodes.get(id) ?? []).map(linkTo);
  return links.toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

function lineageOf(
  { graph, lineage }: SiteInput,
  { id }: Node,
  traces: Traces,
): Pick<NodeView, 'conditions' | 'decides' | 'unresolved'> {
  return {
    conditions: conditionsOf(graph, lineage, id),
    decides: traces.decides.get(id) ?? [],
    unresolved: lineage.get(id)?.unresolved ?? [],
  };
}

/** Said elsewhere on the page. */
const TOLD: ReadonlySet<string> = new Set(['schema', 'alias', 'materialized', 'tags', 'grants']);

function settingsOf(node: Node): NodeView['settings'] {
  if (node.type !== 'source')
    return Object.entries(node.config)
      .filter(([key]) => !TOLD.has(key))
      .map(([key, value]) => [key, [value].flat().map(plain).join('\n')]);
  const { mode, loader = '', env, vars, requests } = node.source;
  const settings: NodeView['settings'] = [
    ['mode', mode],
    ['loader', loader],
    ['environment', Object.keys(env).join(', ')],
    ['vars', vars.join(', ')],
    ['asked for the rows of', requests?.model ?? ''],
  ];
  return settings.filter(([, value]) => value !== '');
}

/** One of several stands in a line of its own. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function testsOf({ target }: SiteInput, node: Node): readonly TestView[] {
  if (node.type !== 'model') return [];
  const outcomes = target?.history.unitTests.get(node.id);
  return node.unitTests.map(({ name, file, line, description, given }) => {
    const outcome = outcomes?.get(`unit_tests.${name}`);
    return {
      name,
      place: `${file}:${line}`,
      description: description ?? '',
      given: Object.keys(given),
      status: outcome === undefined ? null : outcomeOf(outcome),
    };
  });
}

function sqlOf({ sql }: SiteInput, node: Node, templates: ReadonlyMap<string, string>): NodeView['sql'] {
  if (node.type !== 'model') return [];
  const compiled = sql.get(node.id);
  const texts = [
    { title: 'Template', text: templates.get(node.name) },
    { title: 'Compiled SQL', text: compiled?.full },
    { title: 'Compiled SQL of a run that adds to it', text: compiled?.incremental ?? undefined },
  ];
  return texts.flatMap(({ title, text }) => (text === undefined ? [] : [{ title, text: text.trim() }]));
}

function builtOf({ target }: SiteInput, node: Node): Pick<NodeView, 'built' | 'status' | 'due'> {
  const last = target?.history.lastResults.get(node.id);
  if (!target || !last) return { built: null, status: null, due: target?.due.get(node.id) ?? '' };
  const status = statusOf(last.status);
  const built: BuiltView = {
    run: runLinks(target.history)(last.runId) ?? NO_LINK,
    status,
    when: last.started ?? '',
    seconds: secondsOf(last.seconds),
    rows: countOf(last.rows),
    message: last.message ?? '',
  };
  return { built, status, due: target.due.get(node.id) ?? '' };
}

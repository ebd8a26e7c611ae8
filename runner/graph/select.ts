import { type Fault, RunnerError } from '../errors.ts';
import { nearest } from '../util/suggest.ts';
import type { Graph, Node } from './types.ts';

export interface SelectionRequest {
  /** Each text may hold several selectors: space = union, comma = intersection. Absent or empty: every node. */
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
}

/** What some methods ask about the state of the target, which the graph does not know. */
export interface SelectionState {
  /** Ids for the word `changed`. */
  readonly changed?: () => ReadonlySet<string>;
  /** Ids by the status that the last run gave them, for `result:`. */
  readonly results?: () => ReadonlyMap<string, string>;
}

const METHODS = ['name', 'tag', 'path', 'source', 'config.materialized', 'resource_type', 'result'] as const;
type Method = (typeof METHODS)[number];

/**
 * dbt's selection grammar: graph → the ids selected, in the graph's order.
 * @throws RunnerError `SELECTOR_INVALID`, or `SELECTOR_EMPTY` for a selector that matches nothing, with a near name
 */
export function selectNodes(graph: Graph, request: SelectionRequest, state: SelectionState = {}): readonly string[] {
  const faults: Fault[] = [];
  const wanted = words(request.select);
  const union = (tokens: readonly string[]): ReadonlySet<string> =>
    new Set(tokens.flatMap((token) => [...intersection(graph, token, state, faults)]));
  const selected = wanted.length === 0 ? new Set(graph.nodes.keys()) : union(wanted);
  const excluded = union(words(request.exclude));
  if (faults.length > 0) throw new RunnerError(faults);
  return graph.dag.order.filter((id) => selected.has(id) && !excluded.has(id));
}

function words(texts: readonly string[] | undefined): readonly string[] {
  return (texts ?? []).flatMap((text) => text.trim().split(/\s+/)).filter((word) => word !== '');
}

function intersection(graph: Graph, token: string, state: SelectionState, faults: Fault[]): ReadonlySet<string> {
  const [first, ...others] = token.split(',').map((selector) => expand(graph, selector, state, faults));
  return new Set([...(first ?? [])].filter((id) => others.every((other) => other.has(id))));
}

/** One selector with its graph operators: `2+name+1`, `@name`. */
function expand(graph: Graph, selector: string, state: SelectionState, faults: Fault[]): ReadonlySet<string> {
  const match = /^(@|\d*\+)?([^+@]+?)(\+\d*)?$/.exec(selector);
  if (!match?.[2] || (match[1] === '@' && match[3])) {
    faults.push({
      code: 'SELECTOR_INVALID',
      message: `selector "${selector}" is not understood`,
      expected:
        'name, +name, name+, 2+name+1, @name, tag:…, path:…, source:…, config.materialized:…, result:…, changed',
      found: selector,
    });
    return new Set();
  }
  const [, before, core, after] = match;
  const start = matching(graph, core, state, faults);
  const found = new Set(start);
  const add = (ids: Iterable<string>): void => {
    for (const id of ids) found.add(id);
  };
  for (const id of start) {
    if (before !== undefined && before !== '@') add(graph.dag.ancestors(id, depth(before.slice(0, -1))));
    if (after !== undefined) add(graph.dag.descendants(id, depth(after.slice(1))));
    if (before === '@') {
      for (const descendant of [id, ...graph.dag.descendants(id)])
        add([descendant, ...graph.dag.ancestors(descendant)]);
    }
  }
  return found;
}

function depth(digits: string): number | undefined {
  return digits === '' ? undefined : Number(digits);
}

function matching(graph: Graph, core: string, state: SelectionState, faults: Fault[]): readonly string[] {
  if (core === 'changed') return [...(state.changed?.() ?? [])];
  const colon = core.indexOf(':');
  const method = (colon < 0 ? methodOf(core) : core.slice(0, colon)) as Method;
  const value = core.slice(colon + 1);
  const fails = (fields: Omit<Fault, 'code'>, code: string): readonly string[] => {
    faults.push({ code, ...fields });
    return [];
  };
  if (!METHODS.includes(method)) {
    return fails(
      {
        message: `selector method "${method}:" is unknown`,
        expected: METHODS.map((name) => `${name}:`).join(' '),
        found: core,
        hint: hint(method, METHODS),
      },
      'SELECTOR_INVALID',
    );
  }
  const results = method === 'result' ? (state.results?.() ?? new Map<string, string>()) : undefined;
  const test = predicate(method, value, results);
  const found = [...graph.nodes.values()].filter(test).map((node) => node.id);
  // What a former run or a change may hold is empty on a good day; a name that matches nothing is a mistake.
  if (found.length > 0 || method === 'result') return found;
  return fails(
    { message: `selector "${core}" matches no node`, found: core, hint: hint(value, candidates(graph, method)) },
    'SELECTOR_EMPTY',
  );
}

function methodOf(value: string): Method {
  return value.includes('/') || value.endsWith('.sql') || value.endsWith('.csv') ? 'path' : 'name';
}

function predicate(
  method: Method,
  value: string,
  results: ReadonlyMap<string, string> | undefined,
): (node: Node) => boolean {
  const like = wildcard(value);
  if (method === 'tag') return (node) => node.tags.some(like);
  if (method === 'path')
    return (node) =>
      node.type !== 'source' && (like(node.file) || node.file.startsWith(`${value.replace(/\/$/, '')}/`));
  if (method === 'source') return (node) => node.type === 'source' && (like(node.name) || like(node.source.system));
  if (method === 'config.materialized') return (node) => like(materialized(node));
  if (method === 'resource_type') return (node) => like(node.type);
  if (method === 'result') return (node) => results?.has(node.id) === true && like(results.get(node.id) ?? '');
  return (node) => node.type !== 'source' && like(node.name);
}

function materialized(node: Node): string {
  return node.type === 'model' ? node.materialized : node.type;
}

/** `*`, `?` and `[abc]` as in a shell. */
function wildcard(pattern: string): (text: string) => boolean {
  // A bracket that nothing closes stands for itself.
  const special = /\[[^\]]+\]/.test(pattern) ? /[.+^${}()|\\]/g : /[.+^${}()|\\[\]]/g;
  const source = pattern.replace(special, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}

function candidates(graph: Graph, method: Method): readonly string[] {
  const nodes = [...graph.nodes.values()];
  if (method === 'tag') return nodes.flatMap((node) => node.tags);
  if (method === 'path') return nodes.map((node) => node.file);
  if (method === 'source') return nodes.filter((node) => node.type === 'source').map((node) => node.name);
  if (method === 'config.materialized') return [...new Set(nodes.map(materialized))];
  return nodes.filter((node) => node.type !== 'source').map((node) => node.name);
}

function hint(value: string, names: readonly string[]): string {
  const near = nearest(value, names);
  return near ? `Did you mean "${near}"?` : '`runner ls` lists every node.';
}

import type { Fault } from '../errors.ts';
import { wildcard } from '../util/wildcard.ts';
import type { SelectionState } from './select.ts';
import { configKeys, configMethod, METHODS, methodOf, nodesOf } from './select-methods.ts';
import { type Intersection, parseSelection, type Selector } from './select-parse.ts';
import { methodHint, nameHint, STATUSES, statusHint, wordHint } from './select-words.ts';
import type { Graph } from './types.ts';

/** Nodes found. `stateful`: the target decides, so that none is an answer and no mistake. */
export interface Found {
  readonly ids: ReadonlySet<string>;
  readonly stateful: boolean;
}

export interface Scope {
  readonly graph: Graph;
  readonly state: SelectionState;
  /** Gets what is wrong, and the search goes on. */
  readonly faults: Fault[];
  /** The named selectors that are being read, outermost first. */
  readonly within: readonly string[];
}

const NONE: Found = { ids: new Set(), stateful: false };

/** @param where the texts stand, for messages: `--select` */
export function union(scope: Scope, texts: readonly string[], where: string): Found {
  const before = scope.faults.length;
  const words = parseSelection(texts, scope.faults);
  if (words.length === 0 && scope.faults.length === before) {
    const hint = where.startsWith('--')
      ? `Without ${where} it is every node that is taken, and none left out.`
      : undefined;
    scope.faults.push({ code: 'SELECTOR_INVALID', message: `${where} names nothing`, expected: 'a selector', hint });
  }
  const found = words.map((word) => intersection(scope, word));
  return { ids: new Set(found.flatMap(({ ids }) => [...ids])), stateful: found.some(({ stateful }) => stateful) };
}

function intersection(scope: Scope, { text, parts }: Intersection): Found {
  const before = scope.faults.length;
  const found = parts.map((part) => expand(scope, part));
  const [first, ...others] = found;
  const ids = [...(first?.ids ?? [])].filter((id) => others.every((other) => other.ids.has(id)));
  const stateful = found.some((part) => part.stateful);
  if (parts.length > 1 && ids.length === 0 && !stateful && scope.faults.length === before) {
    const sizes = found.map((part, index) => `${parts[index]?.text} has ${part.ids.size}`);
    scope.faults.push({
      code: 'SELECTOR_EMPTY',
      message: `no node is in all parts of "${text}"`,
      found: sizes.join(', '),
      hint: `A comma takes what is in both, a space what is in either: "${parts.map((part) => part.text).join(' ')}".`,
    });
  }
  return { ids: new Set(ids), stateful };
}

/** One selector with its graph operators. */
function expand(scope: Scope, selector: Selector): Found {
  const { dag } = scope.graph;
  const { ids, stateful } = matching(scope, selector);
  const below = reach(ids, dag.children, selector.children);
  const above = reach(selector.family ? below : ids, dag.parents, selector.parents);
  return { ids: new Set([...below, ...above]), stateful };
}

/** The ids given, and all that are at most `depth` steps from one of them. */
function reach(
  start: ReadonlySet<string>,
  next: (id: string) => readonly string[],
  depth: number,
): ReadonlySet<string> {
  const found = new Set(start);
  let frontier = [...start];
  for (let step = 0; step < depth && frontier.length > 0; step += 1) {
    frontier = frontier.flatMap(next).filter((id) => !found.has(id) && found.add(id));
  }
  return found;
}

function matching(scope: Scope, { text, core, method: given, value }: Selector): Found {
  const { graph, state, faults } = scope;
  const fails = (code: string, message: string, hint: string): Found => {
    faults.push({ code, message, found: text, hint });
    return NONE;
  };
  if (core === 'changed') return { ids: state.changed?.() ?? new Set(), stateful: true };
  const name = given ?? methodOf(value);
  if (name === 'selector') return named(scope, value);
  if (name === 'result') {
    const like = wildcard(value);
    if (!STATUSES.some(like))
      return fails('SELECTOR_INVALID', `"${core}" names no status`, statusHint(text, core, value));
    const ended = [...(state.results?.() ?? [])].filter(([id, status]) => graph.nodes.has(id) && like(status));
    return { ids: new Set(ended.map(([id]) => id)), stateful: true };
  }
  const key = /^config\.(.+)$/.exec(name)?.[1];
  const method = key === undefined ? METHODS.get(name) : configMethod(key);
  if (!method) {
    return fails('SELECTOR_INVALID', `selector method "${name}:" is unknown`, methodHint(graph, text, name, value));
  }
  const ids = nodesOf(graph)
    .filter(method.test(value))
    .map((node) => node.id);
  if (ids.length > 0) return { ids: new Set(ids), stateful: false };
  const names = method.names(graph);
  if (key !== undefined && names.length === 0) {
    return fails('SELECTOR_EMPTY', `no node has "${key}" in its configuration`, nameHint(key, configKeys(graph)));
  }
  const hint = given === undefined ? wordHint(graph, value, names) : nameHint(value, names);
  return fails('SELECTOR_EMPTY', `selector "${core}" matches no node`, hint);
}

/** A selector of project.yml; what is wrong in it is told with its place there. */
export function named(scope: Scope, name: string): Found {
  const selector = scope.graph.selectors.get(name);
  if (!selector) {
    const hint = nameHint(name, scope.graph.selectors.keys(), '`runner ls --selectors` lists them.');
    scope.faults.push({ code: 'SELECTOR_EMPTY', message: `no selector is named "${name}"`, found: name, hint });
    return NONE;
  }
  if (scope.within.includes(name)) {
    scope.faults.push(circle(scope, scope.within.slice(scope.within.indexOf(name))));
    return NONE;
  }
  const faults: Fault[] = [];
  const inner = { ...scope, faults, within: [...scope.within, name] };
  const taken = union(inner, selector.select, `selector "${name}"`);
  const left = selector.exclude ? union(inner, selector.exclude, `the exclude of selector "${name}"`) : NONE;
  const ids = new Set([...taken.ids].filter((id) => !left.ids.has(id)));
  const stateful = taken.stateful || left.stateful;
  if (ids.size === 0 && !stateful && faults.length === 0)
    faults.push({ code: 'SELECTOR_EMPTY', message: `selector "${name}" leaves out all that it takes` });
  scope.faults.push(...faults.map((fault) => ({ file: 'project.yml', line: selector.line, ...fault })));
  return { ids, stateful };
}

/** Told from the selector that stands first in the file, so that it is the same wherever the circle is entered. */
function circle({ graph }: Scope, names: readonly string[]): Fault {
  const lines = names.map((name) => graph.selectors.get(name)?.line ?? 0);
  const start = lines.indexOf(Math.min(...lines));
  const path = [...names.slice(start), ...names.slice(0, start), names[start]];
  return {
    code: 'SELECTOR_CYCLE',
    message: `selectors read each other in a circle: ${path.join(' → ')}`,
    file: 'project.yml',
    line: lines[start],
    hint: 'Take one "selector:" of the circle out.',
  };
}

import type { Status } from '../execute/types.ts';
import { nearest } from '../util/suggest.ts';
import { configKeys, METHODS, nodesOf } from './select-methods.ts';
import type { Graph } from './types.ts';

/** How a node may have ended, for `result:`. */
export const STATUSES: readonly string[] = Object.keys({
  success: true,
  unchanged: true,
  error: true,
  failed: true,
  upstream_failed: true,
  skipped: true,
  cancelled: true,
} satisfies Record<Status, true>);

const METHOD_NAMES = [...METHODS.keys(), 'result', 'selector', 'config'];

/** dbt's words for a status. */
const STATUS_WORDS: ReadonlyMap<string, string> = new Map([
  ['fail', 'failed'],
  ['pass', 'success'],
  ['warn', 'success'],
]);

/** dbt's methods that stand for something else here, or for nothing. */
const OTHER_METHODS: ReadonlyMap<string, string> = new Map([
  ['source_status', 'Here "changed" takes what reads a source that has landed a new batch.'],
  ['fqn', 'Folders and names stand without a method: marts.revenue.'],
  ['package', 'There is one project and no package: leave it out.'],
  ...['test_name', 'test_type', 'unit_test'].map(
    (method) => [method, 'Tests go with their model: runner test --select MODEL.'] as const,
  ),
  ...['access', 'exposure', 'group', 'metric', 'saved_query', 'semantic_model', 'version'].map(
    (method) => [method, `There is no ${method.replace('_', ' ')} here.`] as const,
  ),
]);

/** The next step after a method that is unknown. */
export function methodHint(graph: Graph, text: string, method: string, value: string): string {
  const instead = (core: string): string => meant(text.replace(`${method}:${value}`, () => core));
  if (method === 'state' || method === 'changed') return instead('changed');
  const other = OTHER_METHODS.get(method);
  if (other !== undefined) return other;
  if (configKeys(graph).includes(method)) return instead(`config.${method}:${value}`);
  const near = nearest(method, METHOD_NAMES);
  return near
    ? instead(`${near}:${value}`)
    : `The methods are ${[...METHODS.keys()].join(', ')}, config.KEY, result, selector.`;
}

/** The next step after a word that is no name: a name like it, or what is written with a method or stands for itself. */
export function wordHint(graph: Graph, word: string, names: readonly string[]): string {
  const others = new Map<string, string>([
    ...['changed', 'modified', 'new'].map((same) => [same, 'changed'] as const),
    ...STATUSES.map((status) => [status, `result:${status}`] as const),
    ...[...STATUS_WORDS].map(([theirs, status]) => [theirs, `result:${status}`] as const),
    ...METHOD_NAMES.map((method) => [method, `${method}:…`] as const),
    ...nodesOf(graph).flatMap((node) => node.tags.map((tag) => [tag, `tag:${tag}`] as const)),
    ...(METHODS.get('source')?.names(graph) ?? []).map((source) => [source, `source:${source}`] as const),
    ...[...graph.selectors.keys()].map((name) => [name, `selector:${name}`] as const),
  ]);
  const near = others.has(word) ? word : nearest(word, [...names, ...others.keys()]);
  if (near === undefined) return '`runner ls` lists every node.';
  return meant(names.includes(near) ? near : (others.get(near) ?? near));
}

/** The next step after a name that nothing has. */
export function nameHint(name: string, names: Iterable<string>, otherwise = '`runner ls` lists every node.'): string {
  const near = nearest(name, names);
  return near === undefined ? otherwise : meant(near);
}

/** The next step after a status that is none. */
export function statusHint(text: string, core: string, status: string): string {
  const near = STATUS_WORDS.get(status) ?? nearest(status, STATUSES);
  return near === undefined
    ? `A node ends as one of ${STATUSES.join(', ')}.`
    : meant(text.replace(core, () => `result:${near}`));
}

function meant(text: string): string {
  return `Did you mean "${text}"?`;
}

import { posix } from 'node:path';
import { isWildcard, pathWildcard, wildcard } from '../util/wildcard.ts';
import type { Graph, Node } from './types.ts';

/** A way to name nodes: `tag:` and the like. */
export interface Method {
  /** Whether a node is what `value` names. */
  readonly test: (value: string) => (node: Node) => boolean;
  /** What could have been meant. */
  readonly names: (graph: Graph) => readonly string[];
}

const GRAPH_METHODS: Readonly<Record<string, Method>> = {
  name: {
    test: (value) => (node) => node.type !== 'source' && isNamed(node, value),
    names: (graph) => nodesOf(graph).flatMap((node) => (node.type === 'source' ? [] : [node.name])),
  },
  tag: {
    test: (value) => (node) => node.tags.some(wildcard(value)),
    names: (graph) => nodesOf(graph).flatMap(({ tags }) => tags),
  },
  path: {
    test: (value) => {
      const like = pathWildcard(value);
      return ({ file, contract }) => like(file) || (contract !== undefined && like(contract.file));
    },
    names: (graph) => nodesOf(graph).flatMap(({ file }) => [file, posix.dirname(file)]),
  },
  file: {
    test: (value) => {
      const like = wildcard(value);
      return ({ file }) => like(posix.basename(file)) || like(stem(file));
    },
    names: (graph) => nodesOf(graph).map(({ file }) => posix.basename(file)),
  },
  source: {
    test: (value) => {
      const like = wildcard(value);
      return (node) =>
        node.type === 'source' &&
        (like(node.source.system) || like(node.name) || like(`${projectOf(node)}.${node.name}`));
    },
    names: (graph) => nodesOf(graph).flatMap((node) => (node.type === 'source' ? [node.source.system, node.name] : [])),
  },
  resource_type: {
    test: (value) => {
      const like = wildcard(value);
      return ({ type }) => like(type);
    },
    names: () => ['model', 'seed', 'source'],
  },
};

/** The methods that the graph alone answers; `config.KEY` comes from {@link configMethod}. */
export const METHODS: ReadonlyMap<string, Method> = new Map(Object.entries(GRAPH_METHODS));

/** The method that a selector without one stands for: a path, a file or a name. */
export function methodOf(value: string): 'path' | 'file' | 'name' {
  if (/[/\\]/.test(value)) return 'path';
  return /\.(sql|csv|ya?ml)$/.test(value) ? 'file' : 'name';
}

/** `config.materialized`, `config.tags`, `config.meta.owner`, …: a value, one of a list, or a key of a map. */
export function configMethod(key: string): Method {
  const path = key.split('.');
  const valuesOf = (node: Node): readonly string[] => leaves(configOf(node), path);
  return {
    test: (value) => {
      const like = wildcard(/^(true|false)$/i.test(value) ? value.toLowerCase() : value);
      return (node) => valuesOf(node).some(like);
    },
    names: (graph) => nodesOf(graph).flatMap(valuesOf),
  };
}

/** The keys of configuration that some node has. */
export function configKeys(graph: Graph): readonly string[] {
  return [...new Set(nodesOf(graph).flatMap((node) => Object.keys(configOf(node))))];
}

export function nodesOf(graph: Graph): readonly Node[] {
  return [...graph.nodes.values()];
}

/** By its own name, or by the folders above it: `marts`, `marts.revenue`, `project.marts`, as dbt reads them. */
function isNamed(node: Node, value: string): boolean {
  if (wildcard(value)(node.name)) return true;
  const folders = node.type === 'model' ? posix.dirname(node.file).split('/').slice(1) : [];
  const scopes = [
    [projectOf(node), ...folders, node.name],
    [...folders, node.name],
  ];
  if (isWildcard(value)) return value.includes('.') && scopes.some((scope) => wildcard(value)(scope.join('.')));
  return scopes.some((scope) => `${scope.join('.')}.`.startsWith(`${value}.`));
}

function projectOf(node: Node): string {
  return node.id.split('.')[1] ?? '';
}

function stem(file: string): string {
  return posix.basename(file).replace(/\.[^.]+$/, '');
}

/** The configuration as it takes effect: what is inherited and what is meant where nothing is said are in it. */
function configOf(node: Node): Readonly<Record<string, unknown>> {
  const { schema, name: alias } = node.relation;
  const materialized = node.type === 'model' ? node.materialized : node.type;
  return { ...(node.type === 'source' ? {} : node.config), materialized, schema, alias, tags: node.tags };
}

function leaves(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => leaves(item, path));
  const [key, ...rest] = path;
  if (typeof value !== 'object' || value === null)
    return key === undefined && value !== undefined ? [String(value)] : [];
  if (key === undefined) return Object.keys(value);
  return Object.hasOwn(value, key) ? leaves((value as Readonly<Record<string, unknown>>)[key], rest) : [];
}

/** A directed acyclic graph of names: parents and children of each, in an order in which parents come first. */
export interface Dag {
  /** Every name, parents before children; names that do not depend on each other stand in the order they came in. */
  readonly order: readonly string[];
  parents(name: string): readonly string[];
  children(name: string): readonly string[];
  /** All that `name` depends on (without itself), at most `depth` steps away. */
  ancestors(name: string, depth?: number): ReadonlySet<string>;
  /** All that depends on `name` (without itself), at most `depth` steps away. */
  descendants(name: string, depth?: number): ReadonlySet<string>;
}

/** A circle in the edges given: `path` starts and ends with the same name. */
export class CycleError extends Error {
  readonly path: readonly string[];
  constructor(path: readonly string[]) {
    super(path.join(' → '));
    this.name = 'CycleError';
    this.path = path;
  }
}

/**
 * @param edges each name with those it depends on; every name that is depended on must be a key
 * @throws CycleError
 */
export function buildDag(edges: ReadonlyMap<string, readonly string[]>): Dag {
  const children = new Map<string, string[]>([...edges.keys()].map((name) => [name, []]));
  for (const [name, parents] of edges) {
    for (const parent of parents) children.get(parent)?.push(name);
  }
  const parentsOf = (name: string): readonly string[] => edges.get(name) ?? [];
  const childrenOf = (name: string): readonly string[] => children.get(name) ?? [];
  return {
    order: sorted(edges, childrenOf),
    parents: parentsOf,
    children: childrenOf,
    ancestors: (name, depth) => reach(name, parentsOf, depth),
    descendants: (name, depth) => reach(name, childrenOf, depth),
  };
}

function sorted(
  edges: ReadonlyMap<string, readonly string[]>,
  childrenOf: (name: string) => readonly string[],
): readonly string[] {
  const waiting = new Map([...edges].map(([name, parents]) => [name, new Set(parents).size]));
  const ready = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  const order: string[] = [];
  for (let at = 0; at < ready.length; at += 1) {
    const name = ready[at] as string;
    order.push(name);
    for (const child of new Set(childrenOf(name))) {
      const count = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, count);
      if (count === 0) ready.push(child);
    }
  }
  if (order.length < edges.size) throw new CycleError(findCycle(edges, new Set(order)));
  return order;
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>, done: ReadonlySet<string>): readonly string[] {
  const path: string[] = [];
  let name = [...edges.keys()].find((key) => !done.has(key)) as string;
  while (!path.includes(name)) {
    path.push(name);
    name = (edges.get(name) ?? []).find((parent) => !done.has(parent)) as string;
  }
  return [...path.slice(path.indexOf(name)), name];
}

function reach(
  start: string,
  next: (name: string) => readonly string[],
  depth = Number.POSITIVE_INFINITY,
): ReadonlySet<string> {
  const found = new Set<string>();
  let frontier = [start];
  for (let step = 0; step < depth && frontier.length > 0; step += 1) {
    frontier = frontier.flatMap((name) => [...next(name)]).filter((name) => !found.has(name) && found.add(name));
  }
  found.delete(start);
  return found;
}

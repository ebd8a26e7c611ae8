import { decidedBy, keyOf, readersOf } from './origins.ts';
import type { ColumnRef, Derivation, Lineage } from './types.ts';

/** A column, or with `null` all rows of a node. */
export interface Place {
  readonly node: string;
  readonly column: string | null;
}

/** One step of a value, or of what decides on rows, from where it stands to what is made of it. */
export interface Edge {
  readonly direction: 'up' | 'down';
  /** Steps from the column that was asked for, from 1. */
  readonly depth: number;
  readonly from: ColumnRef;
  readonly to: Place;
  /** `rows`: the column decides which rows there are. */
  readonly how: Derivation | 'rows';
}

export interface WalkOptions {
  readonly direction: 'up' | 'down' | 'both';
  /** Steps at the most. */
  readonly depth: number;
  /** Also what decides on the rows: of the nodes asked for, and by the columns met on the way down. */
  readonly conditions: boolean;
}

/** The steps from some columns to all that they come from and go to, the nearest first; each column is left once. */
export function walk(lineage: Lineage, starts: readonly ColumnRef[], options: WalkOptions): readonly Edge[] {
  const rows = options.conditions ? [...new Set(starts.map(({ node }) => node))] : [];
  const above = [...starts, ...rows.map((node) => ({ node, column: null }))];
  return [
    ...(options.direction === 'down' ? [] : follow(above, options.depth, (place) => edgesUp(lineage, place))),
    ...(options.direction === 'up'
      ? []
      : follow(starts, options.depth, (place) => edgesDown(lineage, place, options.conditions))),
  ];
}

type Step = Omit<Edge, 'depth'> & { readonly next: Place };

function follow(starts: readonly Place[], most: number, stepsOf: (place: Place) => readonly Step[]): readonly Edge[] {
  const edges: Edge[] = [];
  const left = new Set<string>();
  let places: readonly Place[] = starts;
  for (let depth = 1; depth <= most && places.length > 0; depth += 1) {
    const steps = places.flatMap((place) => {
      const key = placeKey(place);
      if (left.has(key)) return [];
      left.add(key);
      return stepsOf(place);
    });
    edges.push(...steps.map(({ next: _next, ...edge }) => ({ ...edge, depth })));
    places = steps.map(({ next }) => next);
  }
  return edges;
}

function edgesUp(lineage: Lineage, to: Place): readonly Step[] {
  const model = lineage.get(to.node);
  if (to.column === null)
    return (model?.conditions ?? []).map((from) => ({ direction: 'up', from, to, how: 'rows', next: from }));
  const column = model?.columns.find((candidate) => candidate.column === to.column);
  return (column?.from ?? []).map(({ how, ...from }) => ({ direction: 'up', from, to, how, next: from }));
}

function edgesDown(lineage: Lineage, { node, column }: Place, conditions: boolean): readonly Step[] {
  if (column === null) return [];
  const from = { node, column };
  const readers = readersOf(lineage, from).map(({ how, ...to }): Step => {
    return { direction: 'down', from, to, how, next: to };
  });
  const decided = conditions ? decidedBy(lineage, from) : [];
  const rows = decided.map((id): Place => ({ node: id, column: null }));
  return [...readers, ...rows.map((to): Step => ({ direction: 'down', from, to, how: 'rows', next: to }))];
}

export function placeKey({ node, column }: Place): string {
  return column === null ? node : keyOf({ node, column });
}

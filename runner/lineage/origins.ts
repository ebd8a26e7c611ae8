import type { ColumnOrigin, ColumnRef, Lineage } from './types.ts';
import { DIRECTNESS } from './value.ts';

/** A column of a source or seed that another one is made of in the end. */
export interface Origin extends ColumnOrigin {
  /** From the column asked for to this one, with both: a shortest of the most direct ways. */
  readonly path: readonly ColumnRef[];
}

export interface Origins {
  /** Each column once; of a column of a source or seed, itself. */
  readonly origins: readonly Origin[];
  /** What could not be traced, and at which column on the way. Empty when `origins` is all. */
  readonly unresolved: readonly { readonly at: ColumnRef; readonly why: string }[];
}

/** What a column is made of in the end. `how` is the least direct step of the most direct way. */
export function originsOf(lineage: Lineage, ref: ColumnRef): Origins {
  const origins = new Map<string, Origin>();
  const unresolved: Origins['unresolved'][number][] = [];
  const seen = new Set<string>();
  const told = new Set<string>();
  // The most direct ways first: the first one that reaches a column is the one that counts.
  for (const limit of DIRECTNESS) {
    let ways: readonly Origin[] = [{ node: ref.node, column: ref.column, how: 'copy', path: [ref] }];
    seen.clear();
    while (ways.length > 0) ways = ways.flatMap((way) => step(way, DIRECTNESS.indexOf(limit)));
  }
  return { origins: [...origins.values()], unresolved };

  function step(way: Origin, limit: number): readonly Origin[] {
    const key = keyOf(way);
    if (seen.has(key)) return [];
    seen.add(key);
    const model = lineage.get(way.node);
    if (!model) {
      if (!origins.has(key)) origins.set(key, way);
      return [];
    }
    const at = { node: way.node, column: way.column };
    const column = model.columns.find((candidate) => candidate.column === way.column);
    if (!told.has(key)) {
      const words = column?.unresolved ?? ['there is no such column'];
      unresolved.push(...words.map((why) => ({ at, why })));
      told.add(key);
    }
    return (column?.from ?? [])
      .filter(({ how }) => DIRECTNESS.indexOf(how) <= limit)
      .map(({ node, column: name, how }) => ({
        node,
        column: name,
        how: DIRECTNESS.indexOf(how) > DIRECTNESS.indexOf(way.how) ? how : way.how,
        path: [...way.path, { node, column: name }],
      }));
  }
}

/** Columns of models that are made of a column, one step on, and how. */
export function readersOf(lineage: Lineage, ref: ColumnRef): readonly ColumnOrigin[] {
  return [...lineage].flatMap(([node, { columns }]) =>
    columns.flatMap(({ column, from }) =>
      from.filter((origin) => isSame(origin, ref)).map(({ how }) => ({ node, column, how })),
    ),
  );
}

/** Ids of models whose rows a column decides on, one step on. */
export function decidedBy(lineage: Lineage, ref: ColumnRef): readonly string[] {
  return [...lineage].flatMap(([node, { conditions }]) =>
    conditions.some((condition) => isSame(condition, ref)) ? [node] : [],
  );
}

export function keyOf({ node, column }: ColumnRef): string {
  return JSON.stringify([node, column]);
}

function isSame(one: ColumnRef, other: ColumnRef): boolean {
  return one.node === other.node && one.column === other.column;
}

import type { Database } from '../adapters/types.ts';
import type { Graph, ModelNode, Node, SeedNode } from '../graph/types.ts';
import type { Lineage } from '../lineage/types.ts';
import type { Tags } from '../policy/types.ts';
import type { ReviewConfig } from '../project/review-types.ts';
import type { Affected } from './affected.ts';
import { compareFigure, type Members } from './figures.ts';
import { otherSql } from './may-tell.ts';
import type { BuiltSides } from './node-diffs.ts';
import { compareOutcome } from './outcomes.ts';
import { carries } from './personal.ts';
import { compareRows } from './rows.ts';
import type { FigureDiff, OutcomeDiff, RowsDiff } from './types.ts';

export interface Measures {
  /** By id, of what is there on both sides. */
  readonly rows: ReadonlyMap<string, RowsDiff>;
  readonly figures: readonly FigureDiff[];
  readonly compared: readonly string[];
  readonly outcomes: readonly OutcomeDiff[];
}

export interface MeasureOptions {
  readonly lineage: { readonly base: Lineage; readonly head: Lineage };
  /** What the columns carry, of both sides: see tagBoth. */
  readonly tags: { readonly base: Tags; readonly head: Tags };
  readonly review: { readonly base: ReviewConfig | undefined; readonly head: ReviewConfig | undefined };
  readonly examples: number;
}

/** Compares what was built on both sides, in SQL. What may be told of persons is the base's to say: a branch can not widen it. */
export async function measure(
  db: Database,
  affected: readonly Affected[],
  sides: BuiltSides,
  { lineage, tags, review, examples }: MeasureOptions,
): Promise<Measures> {
  const fromBase = carries(tags.base, lineage.base);
  const fromHead = carries(tags.head, lineage.head);
  const comesFromPersonal = (node: Node, column: string): boolean => fromBase(node, column) || fromHead(node, column);
  const holds = ({ id }: Node): boolean => [tags.base, tags.head].some((of) => (of.get(id)?.carried.size ?? 0) > 0);
  const hasPersonal = [sides.base, sides.head].some(({ graph }) => [...graph.nodes.values()].some(holds));
  const masking = { hasPersonal, comesFromPersonal };

  const pairs = affected.map(({ id }) => pairOf(sides, id)).filter((pair) => pair !== undefined);
  const rows = new Map<string, RowsDiff>();
  for (const { base, head } of pairs) rows.set(head.id, await compareRows(db, base, head, { ...masking, examples }));

  const smallGroup = (review.base ?? review.head)?.smallGroup ?? 0;
  const modelsOf = (name: string): Pair<ModelNode> | undefined => {
    const { base, head } = pairs.find((pair) => pair.head.name === name) ?? {};
    return base?.type === 'model' && head?.type === 'model' ? { base, head } : undefined;
  };
  const figures: FigureDiff[] = [];
  const compared: string[] = [];
  for (const name of new Set([review.head, review.base].flatMap((one) => one?.figures ?? []))) {
    const pair = modelsOf(name);
    if (!pair) continue;
    compared.push(name);
    const members = membersId(sides.base.graph, review.base)[0] ?? null;
    const options = {
      ...masking,
      smallGroup,
      members: membersOf(sides, review.base, name),
      otherSql: otherSql(sides.base.graph, sides.head.graph, pair.head.id, members, holds),
    };
    figures.push(...(await compareFigure(db, pair.base, pair.head, options)));
  }

  const outcomes: OutcomeDiff[] = [];
  const asked = [review.head, review.base].flatMap((one) => one?.outcomes ?? []);
  for (const outcome of new Map(asked.map((one) => [`${one.model}.${one.column}`, one])).values()) {
    const pair = modelsOf(outcome.model);
    if (!pair) continue;
    const isOfBase = outcome.motive !== undefined && fromHead(pair.head, outcome.motive);
    const options = { hasPersonal, comesFromPersonal: fromBase, isOfBase, smallGroup };
    outcomes.push(await compareOutcome(db, pair.base, pair.head, outcome, options));
  }
  return { rows, figures, compared, outcomes };
}

/** A node in its tables of both sides. */
interface Pair<Kind = ModelNode | SeedNode> {
  readonly base: Kind;
  readonly head: Kind;
}

/** The model that says whose values figures add up has to be there, whether it is affected or not. */
export function membersId(graph: Graph, review: ReviewConfig | undefined): readonly string[] {
  const id = review?.members && graph.idOf(review.members.model);
  return id !== undefined && graph.nodes.has(id) ? [id] : [];
}

function membersOf(sides: BuiltSides, review: ReviewConfig | undefined, figure: string): Members | null {
  const members = review?.members;
  const condition = members?.of[figure];
  if (!members || condition === undefined) return null;
  const [base, head] = [sides.base, sides.head].map(({ graph, scratch }) =>
    scratch.graph.nodes.get(graph.idOf(members.model)),
  );
  const isThere = [base, head].every((node) => node && [sides.base, sides.head].some((side) => isBuilt(side, node.id)));
  return base && head && isThere ? { base, head, person: members.person, condition } : null;
}

function isBuilt({ scratch }: BuiltSides['base'], id: string): boolean {
  return scratch.results.get(id)?.status === 'success';
}

/** With the contracts as they are written: those of what was built have more tags. */
function pairOf(sides: BuiltSides, id: string): Pair | undefined {
  const [base, head] = [sides.base, sides.head].map((side) => {
    const node = isBuilt(side, id) ? side.scratch.graph.nodes.get(id) : undefined;
    return node && { ...node, contract: side.graph.nodes.get(id)?.contract };
  });
  return base && head && base.type !== 'source' && head.type !== 'source' ? { base, head } : undefined;
}

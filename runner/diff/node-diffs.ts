import type { Node } from '../graph/types.ts';
import type { Scratch } from '../scratch/types.ts';
import { keyOf } from '../unit-tests/compare.ts';
import type { Affected, DiffSide } from './affected.ts';
import { auditOf } from './audit-of.ts';
import { contractDiff } from './contract-diff.ts';
import { reasonsOf } from './reasons.ts';
import { seedDiff } from './seed-diff.ts';
import { sqlDiff } from './sql-diff.ts';
import type { NodeDiff, RowsDiff } from './types.ts';

/** Both states of a project, each as it was built. */
export interface BuiltSides {
  readonly base: DiffSide & { readonly scratch: Scratch };
  readonly head: DiffSide & { readonly scratch: Scratch };
}

/** @param rows by id, of the nodes that are there on both sides */
export function nodeDiffs(
  affected: readonly Affected[],
  sides: BuiltSides,
  rows: ReadonlyMap<string, RowsDiff>,
): readonly NodeDiff[] {
  return affected.flatMap((one): readonly NodeDiff[] => {
    const { id, base, head, kind, parts } = one;
    const node = head ?? base;
    if (!node) return [];
    const side = head ? sides.head : sides.base;
    return [
      {
        id,
        name: node.name,
        type: node.type,
        relation: `${node.relation.schema}.${node.relation.name}`,
        file: node.file,
        kind,
        parents: [...new Set(side.graph.dag.parents(id))],
        parts,
        reasons: reasonsOf(one, sides),
        sql: kind === 'impacted' ? null : sqlDiff(modelOf(base), modelOf(head), sides),
        seed: seedOf(base, head),
        contract: contractDiff(base?.contract, head?.contract),
        rows: rows.get(id) ?? null,
        audit: { base: auditOf(sides.base.scratch.results.get(id)), head: auditOf(sides.head.scratch.results.get(id)) },
      },
    ];
  });
}

function modelOf(node: Node | undefined): (Node & { readonly type: 'model' }) | undefined {
  return node?.type === 'model' ? node : undefined;
}

function seedOf(base: Node | undefined, head: Node | undefined): NodeDiff['seed'] {
  const [then, now] = [base, head].map((node) => (node?.type === 'seed' ? node : undefined));
  const one = now ?? then;
  return one ? seedDiff(then, now, keyOf(one, one.seed.header)) : null;
}

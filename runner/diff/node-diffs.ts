import { hasPersonal } from '../contracts/personal.ts';
import { selectNodes } from '../graph/select.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { Project, ProjectConfig } from '../project/types.ts';
import type { Scratch } from '../scratch/types.ts';
import { keyOf } from '../unit-tests/compare.ts';
import type { Affected, DiffSide } from './affected.ts';
import { auditOf } from './audit-of.ts';
import { contractDiff } from './contract-diff.ts';
import { reasonsOf } from './reasons.ts';
import { seedDiff } from './seed-diff.ts';
import { ownText, sqlDiff } from './sql-diff.ts';
import type { NodeDiff, RowsDiff } from './types.ts';

/** Both states of a project, each as it was built. */
export interface BuiltSides {
  readonly base: BuiltSide;
  readonly head: BuiltSide;
}

export interface BuiltSide extends DiffSide {
  readonly project: Pick<Project, 'config' | 'models'>;
  readonly scratch: Scratch;
}

/** @param rows by id, of the nodes that are there on both sides */
export function nodeDiffs(
  affected: readonly Affected[],
  sides: BuiltSides,
  rows: ReadonlyMap<string, RowsDiff>,
): readonly NodeDiff[] {
  const both = [sides.base, sides.head];
  const analysts = new Set(both.flatMap(({ graph, project: { config } }) => [...analysed(graph, config)]));
  const nodesOf = both.flatMap(({ graph }) => [...graph.nodes.values()]);
  const isGuarded = nodesOf.some(({ contract }) => contract && hasPersonal(contract));
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
        own: kind === 'changed' ? ownText(templateOf(sides.base, base), templateOf(sides.head, head)) : null,
        seed: seedOf(base, head),
        contract: contractDiff(base?.contract, head?.contract),
        rows: rows.get(id) ?? null,
        isRead: analysts.has(id) || [base, head].some(isGranted),
        audit: {
          base: auditOf(sides.base.scratch.results.get(id)),
          head: auditOf(sides.head.scratch.results.get(id), isGuarded ? { base, head } : undefined),
        },
      },
    ];
  });
}

function analysed(graph: Graph, { semanticModel }: Pick<ProjectConfig, 'semanticModel'>): readonly string[] {
  return semanticModel ? selectNodes(graph, semanticModel) : [];
}

function isGranted(node: Node | undefined): boolean {
  return node !== undefined && node.type !== 'source' && Object.values(node.config.grants ?? {}).flat().length > 0;
}

function templateOf({ project }: BuiltSide, node: Node | undefined): string {
  return project.models.find(({ name }) => node?.type === 'model' && name === node.name)?.template ?? '';
}

function modelOf(node: Node | undefined): (Node & { readonly type: 'model' }) | undefined {
  return node?.type === 'model' ? node : undefined;
}

function seedOf(base: Node | undefined, head: Node | undefined): NodeDiff['seed'] {
  const [then, now] = [base, head].map((node) => (node?.type === 'seed' ? node : undefined));
  const one = now ?? then;
  return one ? seedDiff(then, now, keyOf(one, one.seed.header)) : null;
}

import type { Graph, Node } from '../graph/types.ts';
import type { Fingerprinter } from '../state/fingerprint.ts';

/** A project at one commit. */
export interface DiffSide {
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
}

/** A node that is not on both sides what it was. */
export interface Affected {
  readonly id: string;
  readonly base: Node | undefined;
  readonly head: Node | undefined;
  readonly kind: 'added' | 'removed' | 'changed' | 'impacted';
  /** Parts of its own fingerprint that differ. */
  readonly parts: readonly string[];
}

/**
 * What differs between two states of a project, and what reads that: in the order of a build of head, removed nodes last. Files are
 * compared, as fingerprints see them; no server is asked.
 */
export function findAffected(base: DiffSide, head: DiffSide): readonly Affected[] {
  const own = head.graph.dag.order.map((id) => compare(base, head, id));
  const reached = reachedFrom(
    head.graph,
    own.filter(
      (affected) => affected.kind === 'added' || affected.parts.some((part) => movesRows(part, affected.head)),
    ),
  );
  const removed = base.graph.dag.order.filter((id) => !head.graph.nodes.has(id)).map((id) => compare(base, head, id));
  return [...own, ...removed].filter(({ id, kind }) => kind !== 'impacted' || reached.has(id));
}

function compare(base: DiffSide, head: DiffSide, id: string): Affected {
  const [before, after] = [base.graph.nodes.get(id), head.graph.nodes.get(id)];
  if (!before || !after) return { id, base: before, head: after, kind: after ? 'added' : 'removed', parts: [] };
  const [then, now] = [partsOf(base, before), partsOf(head, after)];
  const parts = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter((part) => now[part] !== then[part]);
  return { id, base: before, head: after, kind: parts.length > 0 ? 'changed' : 'impacted', parts };
}

function partsOf({ fingerprinter }: DiffSide, node: Node): Readonly<Record<string, string>> {
  const parts = fingerprinter.parts(node, '', () => null);
  return Object.fromEntries(Object.entries(parts).filter(([part]) => !part.startsWith('parent:')));
}

/** A contract gives a seed its types; of a model, contract, tests and hooks change nothing that others read. */
function movesRows(part: string, node: Node | undefined): boolean {
  return part === 'contract' ? node?.type === 'seed' : part !== 'unit tests' && part !== 'hooks';
}

/** What a source has landed stays what it is, whatever it would be asked now. */
function reachedFrom(graph: Graph, changed: readonly Affected[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (id: string): void => {
    for (const child of graph.dag.children(id)) {
      if (reached.has(child) || graph.nodes.get(child)?.type === 'source') continue;
      reached.add(child);
      visit(child);
    }
  };
  for (const { id } of changed) visit(id);
  return reached;
}

import { mermaidBox } from '../util/mermaid.ts';
import { hasOtherVerdict, isSame } from './outcome.ts';
import type { NodeDiff } from './types.ts';

/** Nodes above which a picture helps nobody. */
const MOST = 60;

/** What was changed and what came out differently, as a flowchart; in place of one that is too large, words; `null` if nothing did. */
export function drawGraph(
  nodes: readonly NodeDiff[],
): { readonly mermaid: string } | { readonly words: string } | null {
  const shown = nodes.filter((node) => !isSame(node));
  if (shown.length === 0) return null;
  if (shown.length > MOST)
    return {
      words: `The graph of ${shown.length} nodes is left out: above ${MOST} it can not be read. Narrow it with --select.`,
    };
  const numbers = new Map(shown.map(({ id }, index) => [id, `n${index}`]));
  const boxes = shown.map((node, index) => `  ${mermaidBox(`n${index}`, node.name)}:::${classOf(node)}`);
  const through = betweenShown(nodes);
  const edges = shown.flatMap(({ id, parents }) => {
    const direct = parents.filter((parent) => numbers.has(parent));
    const others = [...(through.get(id) ?? [])].filter((parent) => !direct.includes(parent));
    return [
      ...direct.map((parent) => `  ${numbers.get(parent)} --> ${numbers.get(id)}`),
      ...others.map((parent) => `  ${numbers.get(parent)} -.-> ${numbers.get(id)}`),
    ];
  });
  return { mermaid: ['flowchart LR', ...boxes, ...edges, ...CLASSES].join('\n') };
}

/** By id, the shown nodes from which a way leads over nodes that came out the same. */
function betweenShown(nodes: readonly NodeDiff[]): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const through = new Map<string, Set<string>>();
  const isShown = (id: string): boolean => {
    const node = known.get(id);
    return node !== undefined && !isSame(node);
  };
  // In the order of a build: what a node reads is known before it.
  for (const { id, parents } of nodes) {
    const found = parents.flatMap((parent) => {
      const node = known.get(parent);
      return node && isSame(node) ? [...(through.get(parent) ?? []), ...node.parents.filter(isShown)] : [];
    });
    through.set(id, new Set(found));
  }
  return through;
}

const CLASSES = [
  '  classDef changed fill:#fde68a,stroke:#b45309,color:#1c1917',
  '  classDef added fill:#bbf7d0,stroke:#15803d,color:#1c1917',
  '  classDef removed fill:#e7e5e4,stroke:#57534e,color:#1c1917,stroke-dasharray:4',
  '  classDef impacted fill:#dbeafe,stroke:#1d4ed8,color:#1c1917',
  '  classDef failed fill:#fecaca,stroke:#b91c1c,color:#1c1917,stroke-width:3px',
];

function classOf(node: NodeDiff): string {
  const { head } = node.audit;
  const isBad = head !== null && (head.status !== 'built' || head.failed.length > 0);
  return isBad && (node.audit.base === null || hasOtherVerdict(node)) ? 'failed' : node.kind;
}

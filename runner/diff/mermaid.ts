import { hasOtherVerdict, isSame } from './outcome.ts';
import type { NodeDiff } from './types.ts';

/** Nodes above which a picture helps nobody. */
const MOST = 60;

/** The changed and impacted nodes as a flowchart; in place of one that is too large, words. */
export function drawGraph(nodes: readonly NodeDiff[]): { readonly mermaid: string } | { readonly words: string } {
  if (nodes.length > MOST)
    return {
      words: `The graph of ${nodes.length} nodes is left out: above ${MOST} it can not be read. Narrow it with --select.`,
    };
  const numbers = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const boxes = nodes.map((node) => `  ${numbers.get(node.id)}["${escaped(node.name)}"]:::${classOf(node)}`);
  const edges = nodes.flatMap(({ id, parents }) =>
    parents.flatMap((parent) => (numbers.has(parent) ? [`  ${numbers.get(parent)} --> ${numbers.get(id)}`] : [])),
  );
  return { mermaid: ['flowchart LR', ...boxes, ...edges, ...CLASSES].join('\n') };
}

const CLASSES = [
  '  classDef changed fill:#fde68a,stroke:#b45309,color:#1c1917',
  '  classDef added fill:#bbf7d0,stroke:#15803d,color:#1c1917',
  '  classDef removed fill:#e7e5e4,stroke:#57534e,color:#1c1917,stroke-dasharray:4',
  '  classDef impacted fill:#dbeafe,stroke:#1d4ed8,color:#1c1917',
  '  classDef same fill:#f5f5f4,stroke:#a8a29e,color:#57534e',
  '  classDef failed fill:#fecaca,stroke:#b91c1c,color:#1c1917,stroke-width:3px',
];

function classOf(node: NodeDiff): string {
  const { head } = node.audit;
  const isBad = head !== null && (head.status !== 'built' || head.failed.length > 0);
  return isBad && (node.audit.base === null || hasOtherVerdict(node)) ? 'failed' : isSame(node) ? 'same' : node.kind;
}

function escaped(name: string): string {
  return name.replace(/[^\p{L}\p{N}_. -]/gu, (sign) => `#${sign.codePointAt(0)};`);
}

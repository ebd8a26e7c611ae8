import { carries, tagBoth } from '../diff/personal.ts';
import { compareRows } from '../diff/rows.ts';
import type { RowsDiff } from '../diff/types.ts';
import { selectNodes } from '../graph/select.ts';
import type { Graph, ModelNode, Node, SeedNode } from '../graph/types.ts';
import type { Lineage } from '../lineage/types.ts';
import { isMissing } from '../scratch/build-scratch.ts';
import { movedSchema } from '../scratch/moved-graph.ts';
import type { ScratchSpace } from '../scratch/scratch-space.ts';
import type { Scratch } from '../scratch/types.ts';
import type { RecordedRun } from '../state/recorded-run.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';
import type { SelectionArgs } from './types.ts';

/** How a node that was built again compares with what is kept of it. */
export interface Compared {
  readonly node: Node;
  /** `not_built`: its SQL or that of what it reads fails now. `not_there`: nothing is kept of it any more. */
  readonly result: 'equal' | 'differs' | 'not_built' | 'not_there';
  /** What is kept is before, what was built again after. */
  readonly rows: RowsDiff | null;
  readonly message: string | null;
}

/**
 * Ids of what can be compared of a run: the histories that it wrote. Of a run that wrote none, the tables and seeds that are
 * published as it published them, but for what reads a history, which holds other runs too.
 */
export function comparedOf(graph: Graph, run: RecordedRun, { select, exclude }: SelectionArgs): readonly string[] {
  const selected = selectNodes(graph, { select, exclude });
  const nodes = selected.flatMap((id) => graph.nodes.get(id) ?? []);
  const histories = nodes.filter((node) => groupKeyOf(node).length > 0 && run.results[node.id] === 'success');
  if (histories.length > 0) return histories.map(({ id }) => id);
  const readsHistory = ({ id }: Node): boolean =>
    [...graph.dag.ancestors(id)].flatMap((one) => graph.nodes.get(one) ?? []).some((one) => groupKeyOf(one).length > 0);
  const holdsRows = (node: Node): boolean =>
    node.type === 'seed' || (node.type === 'model' && /^(table|materialized_view)$/.test(node.materialized));
  return nodes
    .filter((node) => run.published.includes(node.id) && holdsRows(node) && !readsHistory(node))
    .map(({ id }) => id);
}

/** The columns that tell which rows of a history are one run's. */
export function groupKeyOf(node: Node): readonly string[] {
  return node.type === 'model' && node.materialized === 'incremental' ? (node.config.group_key ?? []) : [];
}

type Kept = ModelNode | SeedNode;

/** Shown of each kind. */
const EXAMPLES = 3;

/** Copies what is kept, as it is at one moment, so that nobody waits while it is compared. */
export async function compareKept(
  space: ScratchSpace,
  graph: Graph,
  scratch: Scratch,
  ids: readonly string[],
  lineage: Lineage,
): Promise<readonly Compared[]> {
  const nodes = ids.flatMap((id) => graph.nodes.get(id) ?? []).filter((node) => node.type !== 'source');
  const built = nodes.filter(({ id }) => scratch.results.get(id)?.status === 'success');
  const kept = await keep(space, built, scratch);
  const traced = { graph, lineage };
  const { head: tags } = tagBoth(traced, traced);
  const hasPersonal = [...tags.values()].some(({ carried }) => carried.size > 0);
  const comesFromPersonal = carries(tags, lineage);
  const compared: Compared[] = [];
  for (const node of nodes) {
    const result = scratch.results.get(node.id);
    const [before, after] = [kept.get(node.id), scratch.graph.nodes.get(node.id)?.relation];
    if (!result || isMissing(result) || !after)
      compared.push({ node, result: 'not_built', rows: null, message: result?.message ?? null });
    else if (!before)
      compared.push({ node, result: 'not_there', rows: null, message: `${quoted(node.relation)} is gone` });
    else {
      const sides = [before, after].map((relation) => ({ ...node, relation })) as [Kept, Kept];
      const rows = await compareRows(space.db, ...sides, {
        hasPersonal,
        comesFromPersonal,
        examples: EXAMPLES,
      });
      compared.push({ node, result: isEqual(rows) ? 'equal' : 'differs', rows, message: null });
    }
  }
  return compared;
}

function isEqual({ added, removed, changed, columnsAdded, columnsRemoved }: RowsDiff): boolean {
  return added + removed + changed + columnsAdded.length + columnsRemoved.length === 0;
}

/** @returns where they are, by node id */
async function keep(
  { db, prefix }: ScratchSpace,
  nodes: readonly Node[],
  scratch: Scratch,
): Promise<ReadonlyMap<string, Relation>> {
  const copyOf = ({ relation }: Node): Relation => ({ ...relation, schema: movedSchema(`${prefix}_kept`, relation) });
  for (const schema of new Set(nodes.map((node) => copyOf(node).schema)))
    await db.query(`create schema ${identifier(schema)}`);
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    const kept = new Map<string, Relation>();
    for (const node of nodes) {
      const { rows } = await tx.query(`select to_regclass(${literal(quoted(node.relation))})`);
      if (rows[0]?.[0] == null) continue;
      const where = groupsOf(node, nodes, scratch);
      await tx.query(`create table ${quoted(copyOf(node))} as select * from ${quoted(node.relation)} as t${where}`);
      kept.set(node.id, copyOf(node));
    }
    return kept;
  });
}

/** The groups of the run: those that any history of the same columns got, for one may have no row of it now. */
function groupsOf(node: Node, nodes: readonly Node[], scratch: Scratch): string {
  const key = groupKeyOf(node);
  if (key.length === 0) return '';
  const columns = key.map(identifier).join(', ');
  const groups = nodes
    .filter((other) => groupKeyOf(other).join('\n') === key.join('\n'))
    .flatMap(({ id }) => scratch.graph.nodes.get(id)?.relation ?? [])
    .map((relation) => `select ${columns} from ${quoted(relation)}`);
  return ` where (${columns}) in (${groups.join(' union ')})`;
}

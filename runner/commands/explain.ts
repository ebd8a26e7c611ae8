import type { TextResult } from '../adapters/types.ts';
import { EXIT } from '../errors.ts';
import { inlinedIn, isEphemeral } from '../graph/inlined.ts';
import { selectNodes } from '../graph/select.ts';
import type { Node } from '../graph/types.ts';
import { findChanges, isStep, type Reasons } from '../state/changes.ts';
import { type Explanation, explainInlined, explain as explainReasons, said } from '../state/explain.ts';
import type { LandedBatch } from '../state/store.ts';
import { plural } from '../util/plural.ts';
import { answerOf } from './answer.ts';
import { drawExplained, type Explained } from './explain-text.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { type OpenTarget, withTarget } from './open-target.ts';
import { askedOf, selectionState } from './selection.ts';
import type { Command, SelectionArgs } from './types.ts';

export interface ExplainArgs extends SelectionArgs {
  readonly output: 'text' | 'json';
}

/** `runner explain`: why each node would run or not; nothing is written. Without a selection, those that would run. */
export const explain: Command<ExplainArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const asked = askedOf(loaded.graph, args);
  const isNamed = args.select !== undefined && args.select.length > 0;
  const explained = await withTarget(loaded, args, reporter, async (target) => {
    const selected = selectNodes(loaded.graph, args, await selectionState({ ...loaded, ...target, runId: '' }, asked));
    const reasons = findChanges(loaded.graph, loaded.fingerprinter, target.versions, target.state);
    const nodes = selected
      .flatMap((id) => loaded.graph.nodes.get(id) ?? [])
      .filter((node) => isStep(node) && (isNamed || (reasons.get(node.id) ?? []).length > 0));
    return explainNodes(loaded, target, nodes, reasons);
  });
  if (args.output === 'json') reporter.answer(toAnswer(explained));
  else reporter.text(drawExplained(explained, [...loaded.graph.nodes.values()].filter(isStep).length));
  return EXIT.done;
};

/** Each node's reasons in full: what it was and what it is. */
export async function explainNodes(
  loaded: LoadedProject,
  target: OpenTarget,
  nodes: readonly Node[],
  reasons: ReadonlyMap<string, Reasons>,
): Promise<readonly Explained[]> {
  const { graph, fingerprinter } = loaded;
  const parents = nodes.flatMap(({ id }) => reasons.get(id) ?? []).flatMap(({ parent }) => parent ?? []);
  const sources = parents.flatMap((id) => graph.nodes.get(id) ?? []).filter(({ type }) => type === 'source');
  const details = await target.store.details([...new Set([...nodes.map(({ id }) => id), ...parents])]);
  const landings =
    sources.length === 0 ? new Map() : await target.store.landings([...new Set(sources.map(({ name }) => name))]);
  return nodes.map((node) => {
    const [now, then] = [fingerprinter.details(node), details.get(node.id)?.details ?? null];
    const explained = explainReasons(
      `${node.relation.schema}.${node.relation.name}`,
      reasons.get(node.id) ?? [],
      now,
      then,
      (id) => {
        const parent = graph.nodes.get(id);
        const names = parent && isEphemeral(parent) ? [parent, ...inlinedIn(graph, id)].map(({ name }) => name) : [];
        const inlined = explainInlined(names, now, then);
        if (inlined.length > 0) return inlined;
        return [parentOf(loaded, target, node, id, reasons, landings, details.get(id)?.runId)];
      },
    );
    return { node, reasons: explained };
  });
}

/** What a parent does to a node: other rows have landed, it may change itself, or it was published since. */
function parentOf(
  { graph, fingerprinter }: LoadedProject,
  { versions }: OpenTarget,
  node: Node,
  id: string,
  reasons: ReadonlyMap<string, Reasons>,
  landings: ReadonlyMap<string, LandedBatch>,
  publishedBy: string | undefined,
): Explanation {
  const parent = graph.nodes.get(id);
  const name = parent?.name ?? id.split('.').slice(2).join('.');
  const part = `parent:${id}`;
  const then = versions.stored(node.id)?.parts[part];
  const now = fingerprinter.parts(node, fingerprinter.variantOf(node), versions.of)[part];
  if (then === undefined) return said('parent', { name, after: 'it is read from now on' });
  if (!parent || now === undefined) return said('parent', { name, after: 'it is read no more' });
  if (parent.type === 'source' && then !== now) {
    const landed = (version: string): string | null => drawBatch(landings.get(`${name} ${version}`));
    return said('source', { name, before: landed(then), after: landed(now) });
  }
  const own = reasonsOf(graph, parent, reasons);
  if (own.length > 0) return said('parent', { name, after: `may change: ${own.join(', ')}` });
  if (isEphemeral(parent)) return said('parent', { name, after: 'changed, or what it reads' });
  return said('parent', { name, after: publishedBy ? `published since, by run ${publishedBy}` : 'published since' });
}

/** The reasons of a node in words; an ephemeral model has those of what it reads. */
function reasonsOf(
  graph: LoadedProject['graph'],
  node: Node,
  reasons: ReadonlyMap<string, Reasons>,
): readonly string[] {
  const named = (id: string): string => `parent ${graph.nodes.get(id)?.name ?? id}`;
  if (isEphemeral(node))
    return [...new Set(graph.dag.parents(node.id))].filter((id) => reasons.get(id)?.length).map(named);
  return (reasons.get(node.id) ?? []).map(({ part, parent }) =>
    parent !== undefined ? named(parent) : part === 'relation' ? 'its relation is gone' : part,
  );
}

function drawBatch(batch: LandedBatch | undefined): string | null {
  return batch ? `${plural(batch.rows, 'row')} from ${batch.origin}, landed ${batch.landedAt}` : null;
}

function toAnswer(explained: readonly Explained[]): TextResult {
  return answerOf(
    ['node', 'would_run', 'reasons'],
    explained.map(({ node, reasons }) => [node.name, String(reasons.length > 0), JSON.stringify(reasons)]),
    ['would_run', 'reasons'],
  );
}

import type { Affected } from '../diff/affected.ts';
import { requestNotes } from '../diff/config-notes.ts';
import { type MeasureOptions, measure, membersId } from '../diff/measure.ts';
import { nodeDiffs } from '../diff/node-diffs.ts';
import { tagBoth, withTags } from '../diff/personal.ts';
import { termsOf } from '../diff/terms.ts';
import { nameOf } from '../diff/text.ts';
import type { DiffReport } from '../diff/types.ts';
import { RunnerError } from '../errors.ts';
import type { Emit, RunEvent } from '../execute/types.ts';
import type { Graph, Node, SourceNode } from '../graph/types.ts';
import type { Tags } from '../policy/types.ts';
import { buildScratch } from '../scratch/build-scratch.ts';
import { withScratchSpace } from '../scratch/scratch-space.ts';
import type { Scratch, ScratchRequest } from '../scratch/types.ts';
import { withAllRead } from '../scratch/with-all-read.ts';
import { landedRows } from '../state/landed-rows.ts';
import type { LoadedProject } from './load-project.ts';
import type { OpenTarget } from './open-target.ts';

export interface DiffBuild extends OpenTarget {
  readonly base: LoadedProject;
  readonly head: LoadedProject;
  /** All that differs or reads it: what is built. */
  readonly affected: readonly Affected[];
  /** What of it is compared. */
  readonly chosen: readonly Affected[];
  readonly known: Pick<DiffReport, 'base' | 'head' | 'outputs' | 'notes'>;
  readonly threads: number;
  readonly examples: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

type Measured = Pick<
  DiffReport,
  'batches' | 'nodes' | 'figures' | 'compared' | 'outcomes' | 'terms' | 'notes' | 'empty'
>;

/**
 * Builds what was chosen on both sides, on the batches in force as they are now, and compares. What of it is affected is built
 * by head's files, chosen or not.
 * @throws RunnerError `NOTHING_LANDED`, `DIFF_DATA_CHANGED`
 */
export async function buildBoth(build: DiffBuild): Promise<Measured> {
  const { base, head, chosen, state } = build;
  const ids = chosen.map(({ id }) => id);
  const affected = new Set(build.affected.map(({ id }) => id));
  // As a table, though it may be ephemeral.
  const withMembers = (graph: Graph): ReadonlySet<string> => {
    const members = membersId(graph, base.project.config.review);
    return new Set([...withAllRead(graph, [...ids, ...members]), ...members]);
  };
  const onBase = withMembers(base.graph);
  const onHead = new Set([...withMembers(head.graph)].filter((id) => affected.has(id) || !onBase.has(id)));
  const sources = sourcesOf(build);
  if (sources.length > 0 && sources.every(({ name }) => !state.batches.has(name))) throw nothingLanded(sources);

  return withScratchSpace(build, async (space) => {
    const startedAt = new Date();
    const landed = await landedOf(build);
    const options = await measureOptions(build);
    const sideOf = (side: 'base' | 'head', nodes: ReadonlySet<string>, others?: Scratch): Promise<Scratch> => {
      const planned = [...nodes].flatMap((id) => build[side].graph.nodes.get(id) ?? []);
      build.emit({ type: 'notice', message: `${side}: ${nameOf(build.known[side])}` });
      build.emit({ type: 'plan', nodes: planned, total: build[side].graph.nodes.size, threads: build.threads });
      return buildScratch(
        space,
        requestOf(build, side, { nodes, others, startedAt, audited: new Set(ids), tags: options.tags[side] }),
      );
    };
    const before = await sideOf('base', onBase);
    const after = await sideOf('head', onHead, before);
    build.signal.throwIfAborted();
    const sides = { base: { ...base, scratch: before }, head: { ...head, scratch: after } };
    const { rows, ...moved } = await measure(build.db, chosen, sides, options);
    requireSame(landed, await landedOf(build));
    const nodes = nodeDiffs(chosen, sides, rows);
    return {
      ...moved,
      nodes,
      notes: [...build.known.notes, ...requestNotes(head.project.sources, nodes)],
      terms: termsOf(head, { ...build.known, ...moved }, nodes),
      // Without a batch a source is a table without rows. One that is switched off is to be empty.
      empty: sources
        .filter(({ source: { requests } }) => !requests?.when_env || head.env(requests.when_env) === '1')
        .filter(({ name }) => !state.batches.get(name)?.rowCount)
        .map(({ name }) => name),
      batches: sources.flatMap(({ name }) => {
        const batch = state.batches.get(name);
        return batch ? [{ source: name, batchId: batch.batchId, rows: batch.rowCount }] : [];
      }),
    };
  });
}

function landedOf({ db, head, state }: DiffBuild): ReturnType<typeof landedRows> {
  return landedRows(db, head.project.config.stateSchema, state.batches);
}

/** One side may have been built before, the other after. */
function requireSame(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  const changed = [...before].flatMap(([name, told]) => (after.get(name) === told ? [] : [name]));
  if (changed.length === 0) return;
  throw new RunnerError({
    code: 'DIFF_DATA_CHANGED',
    message: 'rows that both sides are built from were erased, or dropped, while they were built',
    found: changed.join(', '),
    hint: 'Run it again.',
  });
}

function requestOf(
  build: DiffBuild,
  side: 'base' | 'head',
  {
    nodes,
    audited,
    others,
    startedAt,
    tags,
  }: Pick<ScratchRequest, 'nodes' | 'audited'> & {
    readonly others: Scratch | undefined;
    readonly startedAt: Date;
    readonly tags: Tags;
  },
): ScratchRequest {
  const { graph, renderTest, locateInTest, locate } = build[side];
  return {
    side,
    graph: withTags(graph, tags),
    nodes,
    audited,
    ...(others && { others }),
    batches: build.state.batches,
    run: { id: 'diff', label: 'diff', startedAt },
    threads: build.threads,
    signal: build.signal,
    renderTest,
    locateInTest,
    locate,
    emit: (event) => build.emit(asWritten(graph, event)),
  };
}

/** Nobody knows a relation by the name that it has aside. */
function asWritten({ nodes }: Graph, event: RunEvent): RunEvent {
  const named = (node: Node): Node => nodes.get(node.id) ?? node;
  if (event.type === 'node_started') return { ...event, node: named(event.node) };
  if (event.type !== 'node_finished') return event;
  return { ...event, result: { ...event.result, node: named(event.result.node) } };
}

async function measureOptions({ base, head, examples }: DiffBuild): Promise<MeasureOptions> {
  const { traceProject } = await import('../lineage/trace-project.ts');
  const lineage = { base: await traceProject(base.graph), head: await traceProject(head.graph) };
  return {
    examples,
    review: { base: base.project.config.review, head: head.project.config.review },
    lineage,
    tags: tagBoth({ ...base, lineage: lineage.base }, { ...head, lineage: lineage.head }),
  };
}

/** The landed sources that what is compared is made of. */
function sourcesOf({ base, head, chosen }: DiffBuild): readonly SourceNode[] {
  const found = [head.graph, base.graph].flatMap(({ dag, nodes }) =>
    chosen
      .filter(({ id }) => nodes.has(id))
      .flatMap(({ id }) => [id, ...dag.ancestors(id)])
      .flatMap((id) => nodes.get(id) ?? []),
  );
  const landed = found.filter((node): node is SourceNode => node.type === 'source' && node.source.loader !== undefined);
  return [...new Map(landed.map((node) => [node.name, node])).values()];
}

function nothingLanded(sources: readonly SourceNode[]): RunnerError {
  return new RunnerError({
    code: 'NOTHING_LANDED',
    message: `nothing has landed yet of ${sources.map(({ name }) => name).join(', ')}: there is no data to compare on`,
    hint: 'Run runner pipeline first: it loads the sources, and asks those that a model asks during the build.',
  });
}

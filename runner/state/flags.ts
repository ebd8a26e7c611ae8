import type { Flag, RunCase } from '../execute/types.ts';
import { isEphemeral } from '../graph/inlined.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { Env } from '../project/env.ts';
import type { FlagConfig } from '../project/types.ts';
import type { Fingerprinter } from './fingerprint.ts';
import type { TargetState } from './types.ts';
import type { Versions } from './versions.ts';

/** What raising a flag is decided from. */
export interface FlagContext {
  readonly graph: Graph;
  readonly versions: Versions;
  readonly fingerprinter: Fingerprinter;
  readonly env: Env;
  readonly state: TargetState;
}

/**
 * The flags of project.yml, each raised or not. A source or seed raises its flag until a build has published what it
 * holds, so that a run that failed between loading and building is not forgotten.
 */
export function raisedFlags(flags: readonly FlagConfig[], context: FlagContext): readonly Flag[] {
  return flags.map((flag) => ({
    name: flag.name,
    description: flag.description,
    raised: isRaised(flag, context),
  }));
}

/**
 * The number that the flags of a case make as binary digits, the first the highest: of S G P, 2 is G alone and 7 all.
 * Flags beside them change no number, but are a reason too.
 */
export function caseOf(flags: readonly Flag[], digits: readonly string[]): RunCase {
  const raised = flags.filter((flag) => flag.raised);
  const names = raised.map(({ name }) => name);
  return {
    number: digits.reduce((number, name) => 2 * number + (names.includes(name) ? 1 : 0), 0),
    why: raised.map(({ name, description }) => `${name}: ${description}`).join('; ') || 'no flag is raised',
    raised: names,
  };
}

function isRaised(flag: FlagConfig, context: FlagContext): boolean {
  if (flag.env !== undefined) return context.env(flag.env) === '1';
  if (flag.sources) return flag.sources.some((name) => isUnread(name, context));
  if (flag.seeds) return flag.seeds.some((name) => isEdited(name, context));
  return flag.empty === undefined ? false : isEmpty(flag.empty, context);
}

/** No batch yet, or one that a reader of the source has not been published with. */
function isUnread(source: string, { graph, versions, fingerprinter }: FlagContext): boolean {
  const node = [...graph.nodes.values()].find((candidate) => candidate.type === 'source' && candidate.name === source);
  const version = node && versions.of(node.id, '');
  if (!node || !version) return true;
  return readersOf(graph, node.id).some(([parent, reader]) => {
    const read = versions.stored(reader.id)?.parts[`parent:${parent}`];
    return read !== fingerprinter.parts(reader, fingerprinter.variantOf(reader), versions.of)[`parent:${parent}`];
  });
}

/** What is published and reads a node, and through which parent: an ephemeral model is read in its place. */
function readersOf(graph: Graph, id: string): readonly (readonly [parent: string, reader: Node])[] {
  return graph.dag.children(id).flatMap((child) => {
    const node = graph.nodes.get(child);
    if (!node) return [];
    return isEphemeral(node) ? readersOf(graph, child) : [[id, node] as const];
  });
}

function isEdited(seed: string, { graph, versions, fingerprinter }: FlagContext): boolean {
  const node = graph.nodes.get(graph.idOf(seed));
  return node !== undefined && versions.stored(node.id)?.parts.seed !== fingerprinter.parts(node, '', versions.of).seed;
}

/** Gone, or without a row, when the run began. */
function isEmpty(model: string, { graph, state }: FlagContext): boolean {
  const node = graph.nodes.get(graph.idOf(model));
  return !node || state.empty.has(node.id) || !state.relations.has(`${node.relation.schema}.${node.relation.name}`);
}

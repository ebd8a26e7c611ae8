import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FOLDER } from '../adapters/target.ts';
import type { TargetRead } from '../docs/input.ts';
import { Cancelled, DatabaseError, RunnerError } from '../errors.ts';
import { findChanges, isStep } from '../state/changes.ts';
import { runHistory } from '../state/run-history.ts';
import { readFigures } from './docs-figures.ts';
import { explainNodes } from './explain.ts';
import { drawReasons } from './explain-text.ts';
import type { LoadedProject } from './load-project.ts';
import { type OpenTarget, withTarget } from './open-target.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** Runs, batches of a source and verdicts of a check that the site shows. */
const RUNS = 20;
const VERDICTS = 20;

/** What the site shows of the target, or why there is none: no server is set up for it, and none that fails keeps the site from being made. */
export async function readTarget(
  loaded: LoadedProject,
  args: CommonArgs,
  reporter: Reporter,
): Promise<{ readonly target: TargetRead | undefined; readonly missing: string }> {
  const absent = (missing: string): { readonly target: undefined; readonly missing: string } => ({
    target: undefined,
    missing,
  });
  if (loaded.target.embedded && !existsSync(join(loaded.project.dir, DATA_FOLDER)))
    return absent('Nothing was built yet: runner pipeline does.');
  try {
    const target = await withTarget(loaded, args, reporter, (open) => read(loaded, open));
    return target ? { target, missing: '' } : absent('Nothing was built on the target yet: runner pipeline does.');
  } catch (error) {
    if (error instanceof Cancelled || !(error instanceof RunnerError || error instanceof DatabaseError)) throw error;
    return absent(`The target could not be read: ${error.message}`);
  }
}

async function read(loaded: LoadedProject, target: OpenTarget): Promise<TargetRead | undefined> {
  const { graph, project, fingerprinter } = loaded;
  const { db, store, state, versions } = target;
  const history = await runHistory(db, project.config.stateSchema, project.config.name, RUNS);
  if (!history || history.runs.length === 0) return undefined;
  const checks = await store.checkHistory([...graph.nodes.keys()], VERDICTS);
  const reasons = findChanges(graph, fingerprinter, versions, state);
  const due = [...graph.nodes.values()].filter((node) => isStep(node) && (reasons.get(node.id) ?? []).length > 0);
  const explained = await explainNodes(loaded, target, due, reasons);
  return {
    history,
    checks,
    figures: await readFigures(db, graph, project.config),
    due: new Map(explained.map(({ node, reasons: own }) => [node.id, drawReasons(own)])),
  };
}

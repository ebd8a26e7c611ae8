import type { Flag } from '../execute/types.ts';
import { changedSteps } from '../state/changes.ts';
import { caseOf, raisedFlags } from '../state/flags.ts';
import type { OpenRun } from './open-run.ts';

/** The flags of project.yml as they stand now. */
export function flagsOf(run: OpenRun): readonly Flag[] {
  return raisedFlags(run.project.config.flags, run);
}

/** Says which case the flags make, where project.yml numbers them. When none is raised, what else makes steps differ is said. */
export async function tellCase(
  run: OpenRun,
  flags: readonly Flag[],
  /** Ids of the steps that differ, where they are known. */
  steps?: readonly string[],
): Promise<void> {
  const { cases } = run.project.config;
  if (cases.length === 0) return;
  const found = caseOf(flags, cases);
  const changed = found.raised.length > 0 ? [] : (steps ?? changedSteps(run));
  if (changed.length === 0) return run.emit({ type: 'case', ...found });
  // Loaded by a run that has something to say of it.
  const { sayChanges } = await import('./say-changes.ts');
  run.emit({ type: 'case', ...found, why: `${found.why}; ${await sayChanges(run, changed)}` });
}

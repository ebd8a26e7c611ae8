import type { Flag } from '../execute/types.ts';
import { caseOf, raisedFlags } from '../state/flags.ts';
import type { OpenRun } from './open-run.ts';

/** The flags of project.yml as they stand now. */
export async function flagsOf(run: OpenRun): Promise<readonly Flag[]> {
  const { flags } = run.project.config;
  const raised = await raisedFlags(flags, run);
  return flags.map(({ name, description }) => ({ name, description, raised: raised.get(name) === true }));
}

/** Says which case the flags make, where project.yml numbers them. */
export function tellCase(run: OpenRun, flags: readonly Flag[]): void {
  const { cases } = run.project.config;
  if (cases.length > 0) run.emit({ type: 'case', ...caseOf(flags, cases) });
}

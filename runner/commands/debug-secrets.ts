import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { secretProblem } from '../project/env.ts';
import type { SecretConfig } from '../project/types.ts';
import { SHORTEST } from '../util/redact.ts';
import type { LoadedProject } from './load-project.ts';

export type DebugLine = readonly [what: string, state: 'ok' | 'to do', detail: string];

/** Whether the secrets of project.yml are there. @param elsewhere those that have a line of another kind */
export function debugSecrets(loaded: LoadedProject, elsewhere: ReadonlySet<string>): readonly DebugLine[] {
  return loaded.project.config.secrets
    .filter(({ name }) => !elsewhere.has(name))
    .map((secret) => secretLine(loaded, secret));
}

function secretLine({ env, target, project }: LoadedProject, secret: SecretConfig): DebugLine {
  const { name, kind } = secret;
  const problem = secretProblem(env, secret);
  if (problem && !target.embedded) return [name, 'to do', `${problem}: this target needs one of your own`];
  if (problem) return [name, 'ok', `${problem}: right for the sample only`];
  const value = env(name);
  if (value === undefined) return [name, 'ok', 'not set (optional)'];
  if (kind === 'file' && !existsSync(resolve(project.dir, value)))
    return [name, 'to do', `${value} does not exist. Check the path; a relative one starts at the project folder.`];
  if (kind === undefined && value.length < SHORTEST)
    return [
      name,
      'ok',
      `set, but shorter than ${SHORTEST} characters: nothing keeps it out of a message that names it`,
    ];
  return [name, 'ok', 'set'];
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { RunnerError } from '../errors.ts';
import type { ProjectConfig, SecretConfig } from './types.ts';

export type Env = (name: string) => string | undefined;

/** The process's environment, and below it the project's `.env`. An empty value counts as unset. */
export function readEnv(projectDir: string, process: Readonly<Record<string, string | undefined>>): Env {
  const path = join(projectDir, '.env');
  const file: Readonly<Record<string, string | undefined>> = existsSync(path)
    ? parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
    : {};
  return (name) => process[name] || file[name] || undefined;
}

/** The environment with the sample's secrets filled in, on the embedded server only. */
export function withSampleSecrets(env: Env, config: ProjectConfig, embedded: boolean): Env {
  const samples = new Map(config.secrets.map(({ name, sample }) => [name, sample]));
  return embedded ? (name) => env(name) ?? samples.get(name) : env;
}

/**
 * Says of a secret that the sample has a value for whether it is real.
 * @returns what is wrong with it outside the embedded server, `undefined` when nothing is
 */
export function secretProblem(env: Env, { name, sample }: SecretConfig): string | undefined {
  const value = env(name);
  if (sample === undefined || (value !== undefined && value !== sample)) return undefined;
  return value === undefined ? 'is not set' : "is the sample's";
}

/** @throws RunnerError `SECRET_MISSING` when another target than the embedded server has none or the sample's */
export function requireSecrets(env: Env, config: ProjectConfig): void {
  const faults = config.secrets.flatMap((secret) => {
    const problem = secretProblem(env, secret);
    if (problem === undefined) return [];
    return [
      {
        code: 'SECRET_MISSING',
        message: `${secret.name} ${problem}`,
        expected: 'a secret of your own outside the embedded server',
        hint: `Make one and keep it: echo "${secret.name}=$(openssl rand -hex 32)" >> .env`,
      },
    ];
  });
  if (faults.length > 0) throw new RunnerError(faults);
}

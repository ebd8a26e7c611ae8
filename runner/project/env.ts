import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { RunnerError } from '../errors.ts';
import type { ProjectConfig } from './types.ts';

export type Env = (name: string) => string | undefined;

/** The process's environment, and below it the project's `.env`. An empty value counts as unset. */
export function readEnv(projectDir: string, process: Readonly<Record<string, string | undefined>>): Env {
  const path = join(projectDir, '.env');
  const file: Readonly<Record<string, string | undefined>> = existsSync(path)
    ? parseEnv(readFileSync(path, 'utf8'))
    : {};
  return (name) => process[name] || file[name] || undefined;
}

/**
 * The environment with the sample's secrets filled in, which only the embedded server may use.
 * @throws RunnerError `SECRET_MISSING` when another target has none or the sample's
 */
export function withSecrets(env: Env, config: ProjectConfig, embedded: boolean): Env {
  const samples = new Map(
    config.secrets.flatMap(({ name, sample }) => (sample === undefined ? [] : [[name, sample] as const])),
  );
  if (embedded) return (name) => env(name) ?? samples.get(name);
  const faults = [...samples].flatMap(([name, sample]) => {
    const value = env(name);
    if (value !== undefined && value !== sample) return [];
    return [
      {
        code: 'SECRET_MISSING',
        message: `${name} is ${value === undefined ? 'not set' : "the sample's"}`,
        expected: 'a secret of your own outside the embedded server',
        hint: `Make one and keep it: echo "${name}=$(openssl rand -hex 32)" >> .env`,
      },
    ];
  });
  if (faults.length > 0) throw new RunnerError(faults);
  return env;
}

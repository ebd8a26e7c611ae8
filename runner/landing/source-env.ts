import type { Env } from '../project/env.ts';
import type { SourceTable } from '../project/types.ts';

type Defaults = Pick<SourceTable, 'env' | 'unless'>;

/**
 * The environment as a source reads it.
 * @param sampleAllowed whether the defaults of sources.yml (the bundled sample) may stand in for what is not set
 */
export function sourceEnv(source: Defaults, env: Env, sampleAllowed: boolean): Env {
  return (name) => env(name) ?? ((sampleAllowed && defaultOf(source, env, name)) || undefined);
}

/** The variables that are not set and have a default which stands in for them, where defaults may. */
export function unsetVariables(source: Defaults, env: Env): readonly string[] {
  return Object.keys(source.env).filter((name) => env(name) === undefined && defaultOf(source, env, name) !== null);
}

function defaultOf({ env: defaults, unless = {} }: Defaults, env: Env, name: string): string | null {
  const other = unless[name];
  return other !== undefined && env(other) !== undefined ? null : (defaults[name] ?? null);
}

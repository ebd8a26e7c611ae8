import type { Fault } from '../errors.ts';
import { type Cache, digest } from '../project/cache.ts';
import type { ModelFile, Project } from '../project/types.ts';
import type { Rendered, RenderOptions } from './types.ts';

export interface CachedRenderer {
  /** Those of all macro files, be they called or not. A model that calls one of them throws an error without faults. */
  macroFaults(): Promise<readonly Fault[]>;
  /** @throws RunnerError as the renderer does */
  render(model: ModelFile): Promise<Rendered>;
}

interface Kept<T> {
  readonly value: T;
  /** Variables of the environment that were asked for until then, with what they held. */
  readonly env: Readonly<Record<string, string | null>>;
}

/**
 * A renderer that renders only what the cache does not know; the template engine and the parser of SQL are loaded for
 * that alone. What a template may see decides: its text, the macros, the configuration, the names of the project, the
 * day, the variables, and of the environment the values that were asked for.
 */
export function cachedRenderer(project: Project, options: RenderOptions, cache: Cache): CachedRenderer {
  const asked = new Map<string, string | null>();
  const env = (name: string): string | undefined => {
    const value = options.env(name);
    asked.set(name, value ?? null);
    return value;
  };
  const open = async (): Promise<Opened> => {
    const { createRenderer } = await import('./render.ts');
    const faults: Fault[] = [];
    const render = createRenderer(project, { ...options, env }, (found) => void faults.push(...found));
    return { render, faults };
  };
  let opened: Promise<Opened> | undefined;
  const seen = digest(seenByAll(project, options));
  const keep = async <T>(kind: string, key: unknown, ask: (renderer: Opened) => T): Promise<T> => {
    const compute = async (): Promise<Kept<T>> => {
      opened ??= open();
      const value = ask(await opened);
      // All that were asked for so far: those of a macro's file are asked for once, for every model.
      return { value, env: Object.fromEntries(asked) };
    };
    const holds = (kept: Kept<T>): boolean =>
      Object.entries(kept.env).every(([name, value]) => (options.env(name) ?? null) === value);
    return (await cache.memo(kind, [seen, key], compute, holds)).value;
  };
  return {
    macroFaults: () => keep('macro faults', null, ({ faults }) => faults),
    render: (model) => keep('rendered', model, ({ render }) => render(model)),
  };
}

interface Opened {
  readonly render: (model: ModelFile) => Rendered;
  readonly faults: readonly Fault[];
}

/** What every template may see. Options that are added later are in it too. */
function seenByAll(project: Project, options: RenderOptions): unknown {
  const { env: _env, frozenMacros, ...others } = options;
  const named = ({ name, file }: { readonly name: string; readonly file: string }): unknown => [name, file];
  return [
    others,
    [...(frozenMacros ?? [])],
    project.config,
    project.macros,
    project.models.map(named),
    project.seeds.map(named),
    project.sources,
  ];
}

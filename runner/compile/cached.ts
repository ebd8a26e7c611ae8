import type { Fault } from '../errors.ts';
import { type Cache, digestOf, type Key, type MemoOptions } from '../project/cache.ts';
import type { ModelFile } from '../project/types.ts';
import { inThreads } from '../util/threads.ts';
import type { RenderTask } from './render-task.ts';
import { type Kept, RENDERED } from './rendered-form.ts';
import type { Rendered, RenderOptions, Templated } from './types.ts';

export interface CachedRenderer {
  /** Those of all macro files, be they called or not. A model that calls one of them throws an error without faults. */
  macroFaults(): Promise<readonly Fault[]>;
  /** Renders many models ahead, on all processors, as far as the cache does not know them. */
  renderAhead(models: readonly ModelFile[]): Promise<void>;
  /** @throws RunnerError as the renderer does */
  render(model: ModelFile): Promise<Rendered>;
}

/**
 * A renderer that renders only what the cache does not know; the template engine and the parser of SQL are loaded for
 * that alone. What a template may see decides: its text, the macros, the configuration, the sources, the
 * day, the variables, of the environment the values that were asked for, and of the other nodes that those it reads are there.
 */
export function cachedRenderer(project: Templated, options: RenderOptions, cache: Cache): CachedRenderer {
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
  const nodes = [...project.models, ...project.seeds].map(({ name }) => name);
  const known = new Set(nodes);
  const seen = digestOf(seenByAll(project, options));
  const keep = async <T>(
    kind: string,
    key: Key,
    ask: (renderer: Opened) => T,
    { holds = () => true, ...form }: MemoOptions<Kept<T>> = {},
  ): Promise<T> => {
    const compute = async (): Promise<Kept<T>> => {
      opened ??= open();
      const value = ask(await opened);
      // All that were asked for so far: those of a macro's file are asked for once, for every model.
      return { value, env: Object.fromEntries(asked) };
    };
    const isRight = (kept: Kept<T>): boolean =>
      Object.entries(kept.env).every(([name, value]) => (options.env(name) ?? null) === value) && holds(kept);
    return (await cache.memo(kind, key, compute, { ...form, holds: isRight })).value;
  };
  const keys = new Map<ModelFile, Key>();
  const keyOf = (model: ModelFile): Key => {
    const key = keys.get(model) ?? [seen, model];
    keys.set(model, key);
    return key;
  };
  return {
    macroFaults: () => keep('macro faults', [seen, nodes], ({ faults }) => faults),
    async renderAhead(models) {
      const unknown = models.filter((model) => cache.lacks('rendered', keyOf(model)));
      const { env: _env, ...plain } = options;
      const common: RenderTask = { project: withoutTexts(project), options: plain };
      const texts = await inThreads(new URL('./render-task.js', import.meta.url), common, unknown);
      unknown.forEach((model, index) => {
        const written = texts[index];
        if (written !== undefined) cache.put('rendered', keyOf(model), written);
      });
    },
    render: (model) =>
      keep('rendered', keyOf(model), ({ render }) => render(model), {
        form: RENDERED,
        holds: ({ value }) => value.refs.every((name) => known.has(name)),
      }),
  };
}

/** What every thread is given. */
function withoutTexts({ config, macros, models, seeds, sources }: Templated): Templated {
  return {
    config,
    macros,
    models: models.map((model) => ({ ...model, template: '' })),
    seeds: seeds.map((seed) => ({ ...seed, rows: [] })),
    sources,
  };
}

interface Opened {
  readonly render: (model: ModelFile) => Rendered;
  readonly faults: readonly Fault[];
}

/** What every template may see, but for the names of the nodes. Options that are added later are in it too. */
function seenByAll({ config, macros, sources }: Templated, options: RenderOptions): unknown {
  const { env: _env, frozenMacros, ...others } = options;
  return [others, [...(frozenMacros ?? [])], config, macros, sources];
}

import type { ModelFile } from '../project/types.ts';
import type { Task } from '../util/threads.ts';
import { createRenderer } from './render.ts';
import { RENDERED } from './rendered-form.ts';
import type { RenderOptions, Templated } from './types.ts';

/** All of it plain: without the environment, which is known to the main thread only. */
export interface RenderTask {
  readonly project: Templated;
  readonly options: Omit<RenderOptions, 'env'>;
}

/** A model → what `cachedRenderer` keeps of it; nothing of one that is wrong, or where the environment was asked. */
export const open: Task<RenderTask, ModelFile>['open'] = async ({ project, options }) => {
  let asked = false;
  const env = (): undefined => {
    asked = true;
  };
  const faults: unknown[] = [];
  const render = createRenderer(project, { ...options, env }, (found) => void faults.push(...found));
  const askedByMacros = asked || faults.length > 0;
  return async (model) => {
    asked = askedByMacros;
    if (asked) return undefined;
    const value = render(model);
    return asked ? undefined : RENDERED.write({ value, env: {} });
  };
};

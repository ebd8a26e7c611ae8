import { type Fault, RunnerError } from '../errors.ts';
import type { ModelFile } from '../project/types.ts';
import type { Locate } from './locate.ts';
import type { Rendered } from './types.ts';

export interface RenderedModels {
  /** Every model; one that could not be rendered stands in with its file's configuration alone, and reads nothing. */
  readonly rendered: readonly Rendered[];
  /** Files of the models that could not be rendered: of them no more can be told than their own faults. */
  readonly failed: ReadonlySet<string>;
  readonly faults: readonly Fault[];
}

/**
 * Renders models, whatever faults some of them have.
 * @param locate where an offset of a body stands in the templates; asked for faults only
 */
export async function renderModels(
  models: readonly ModelFile[],
  render: (model: ModelFile) => Rendered | Promise<Rendered>,
  locate: (model: ModelFile, incremental: boolean, offset: number) => Promise<ReturnType<Locate>>,
): Promise<RenderedModels> {
  const rendered: Rendered[] = [];
  const faults: Fault[] = [];
  const failed = new Set<string>();
  for (const model of models) {
    try {
      const result = await render(model);
      rendered.push(result);
      if (!result.problem) continue;
      const { code, message, hint, incremental, offset } = result.problem;
      faults.push({ code, message, ...(await locate(model, incremental, offset)), hint });
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      faults.push(...error.faults);
      failed.add(model.file);
      rendered.push(standIn(model));
    }
  }
  return { rendered, failed, faults };
}

function standIn({ name, file, config }: ModelFile): Rendered {
  const reads = { macros: {}, vars: {}, env: {}, asOf: null };
  const nothing = { refs: [], sources: [], macros: [], reads, body: '', incrementalBody: '', treeHash: '' };
  const hooks = { before: [], after: [] };
  return { name, file, config, hooks, ...nothing };
}

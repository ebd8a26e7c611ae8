import { cachedRenderer } from '../compile/cached.ts';
import { forgetSql } from '../compile/forget-rules.ts';
import { renderModels } from '../compile/render-models.ts';
import type { Rendered, RenderOptions } from '../compile/types.ts';
import type { Contract } from '../contracts/types.ts';
import { type Fault, RunnerError } from '../errors.ts';
import type { LocateInModel } from '../execute/locate-error.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph } from '../graph/types.ts';
import type { Cache } from '../project/cache.ts';
import type { TextFile } from '../project/parsers.ts';
import { placeFaults } from '../project/place-faults.ts';
import { type Inspected, SOURCES } from '../project/read-project.ts';
import type { ModelFile, Project, ProjectConfig } from '../project/types.ts';
import { requireUnitTests } from '../unit-tests/check.ts';
import { personalFaults } from './personal-faults.ts';

/**
 * The graph of a project that is right, or all that is wrong with it: its files, its templates, their SQL and how they
 * fit together. What only follows from a fault told is left out.
 * @throws RunnerError
 */
export async function projectGraph(
  { project, faults: ofFiles, unread, contractTexts }: Inspected,
  options: RenderOptions,
  locate: LocateInModel,
  cache: Cache,
): Promise<Graph> {
  // Where a macro could not be read, what its callers render to means nothing.
  if ([...unread].some((file) => file.startsWith('macros/'))) throw new RunnerError(placeFaults(project.dir, ofFiles));
  const faults = [...ofFiles];
  const anySource = unread.has(SOURCES);
  const { macroFaults, renderAhead, render } = cachedRenderer(project, { ...options, anySource }, cache);
  faults.push(...(await macroFaults()));
  await renderAhead(project.models.filter(({ file }) => !unread.has(file)));
  const models = await renderModels(
    project.models,
    (model) => renderRead(model, unread, render),
    (model, incremental, offset) => locate(model.name, incremental, offset),
  );
  for (const contract of project.contracts.values()) {
    const text = contractTexts.get(contract.file) as TextFile;
    faults.push(...(await cache.memo('contract sql', text, () => contractSql(contract))));
  }
  const { alert, ...config } = project.config;
  if (alert?.text !== undefined) {
    const { text, textLine = 1 } = alert;
    faults.push(
      ...(await cache.memo('alert text', [text, config.secrets, config.vars], () =>
        alertTextFaults(text, textLine, config),
      )),
    );
  }
  if (config.forget) faults.push(...(await forgetSql(config.forget, render)).faults);
  const rendered = anySource ? models.rendered.map((model) => ({ ...model, sources: [] })) : models.rendered;
  // What unit tests name can be judged where all is known that models read and declare.
  const whole = ofFiles.length === 0 && models.failed.size === 0;
  const { graph, faults: ofGraph } = graphOf(project, rendered, whole);
  const told = new Set([...ofFiles.map(({ file }) => file), ...models.failed, ...contractsOf(project, models.failed)]);
  faults.push(
    ...models.faults,
    ...ofGraph.filter(({ code, file }) => !told.has(file) && (whole || !/^(SELECTOR|OUTBOX)/.test(code))),
  );
  if (faults.length === 0 && graph) faults.push(...(await personalFaults(project, graph, cache)));
  if (faults.length > 0 || !graph) throw new RunnerError(placeFaults(project.dir, eachOnce(faults)));
  return graph;
}

async function contractSql(contract: Contract): Promise<readonly Fault[]> {
  return (await import('../compile/contract-sql.ts')).contractSqlFaults(contract);
}

async function alertTextFaults(text: string, line: number, config: ProjectConfig): Promise<readonly Fault[]> {
  return (await import('../compile/alert-template.ts')).alertTemplateFaults(text, line, config);
}

/** A fault of a macro is met by every model that calls it. */
function eachOnce(faults: readonly Fault[]): readonly Fault[] {
  const met = new Map<string, Fault[]>();
  for (const fault of faults) {
    const { code, file, line, column, message } = fault;
    const key = JSON.stringify([code, file, line, column, message]);
    met.set(key, [...(met.get(key) ?? []), fault]);
  }
  return [...met.values()].flatMap(([first, ...others]) => {
    if (!first?.through || others.length === 0) return first ?? [];
    return { ...first, through: `${first.through}, and ${others.length} more` };
  });
}

async function renderRead(
  model: ModelFile,
  unread: ReadonlySet<string>,
  render: (model: ModelFile) => Promise<Rendered>,
): Promise<Rendered> {
  if (unread.has(model.file)) throw new RunnerError([]);
  return render(model);
}

function graphOf(
  project: Project,
  rendered: readonly Rendered[],
  whole: boolean,
): { readonly graph?: Graph; readonly faults: readonly Fault[] } {
  try {
    const graph = buildGraph(project, rendered);
    if (whole) requireUnitTests(project, graph);
    return { graph, faults: [] };
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return { faults: error.faults };
  }
}

function contractsOf({ models, contracts }: Project, files: ReadonlySet<string>): readonly (string | undefined)[] {
  return models.filter(({ file }) => files.has(file)).map(({ name }) => contracts.get(name)?.file);
}

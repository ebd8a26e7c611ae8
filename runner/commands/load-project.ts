import { resolve } from 'node:path';
import { resolveTarget, type Target } from '../adapters/target.ts';
import type { Locate } from '../compile/locate.ts';
import type { RenderOptions } from '../compile/types.ts';
import { RunnerError } from '../errors.ts';
import type { LocateInModel } from '../execute/locate-error.ts';
import type { Graph } from '../graph/types.ts';
import type { Cache } from '../project/cache.ts';
import { type Env, readEnv, withSampleSecrets } from '../project/env.ts';
import { projectCache } from '../project/project-cache.ts';
import { inspectProject } from '../project/read-project.ts';
import { secretTexts } from '../project/secret-texts.ts';
import { cachedToday } from '../project/today.ts';
import type { Project } from '../project/types.ts';
import type { Fingerprinter } from '../state/fingerprint.ts';
import type { LocateInTest, RenderTest } from '../unit-tests/types.ts';
import { isDay } from '../util/dates.ts';
import { redactor } from '../util/redact.ts';
import { stopwatch } from '../util/timings.ts';
import { overlaid, parseVars, requireKnownVars } from './given-vars.ts';
import { projectFingerprinter } from './project-fingerprinter.ts';
import { projectGraph } from './project-graph.ts';
import { createTestLocator, createTestRenderer } from './render-tests.ts';
import type { CommonArgs } from './types.ts';

/** A project with its graph, for one day and target; nothing is connected yet. */
export interface LoadedProject {
  readonly project: Project;
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
  readonly target: Target;
  readonly env: Env;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Those of `vars` that were given on the command line, or on that of the run that is retried. */
  readonly givenVars: Readonly<Record<string, unknown>>;
  readonly asOf: string;
  readonly renderTest: RenderTest;
  readonly locateInTest: LocateInTest;
  /** Where an offset in a model's rendered body stands in the templates. */
  readonly locate: LocateInModel;
  /** For what else is computed from the project; to be saved again then. */
  readonly cache: Cache;
}

export interface LoadOptions {
  /** Variables of a former run, which those of the command line win over; some may have gone since. */
  readonly formerVars?: Readonly<Record<string, unknown>>;
  /** What models of a former run read in the environment, which wins. */
  readonly formerEnv?: Readonly<Record<string, string>>;
  /** A template of the command line. */
  readonly inline?: string | undefined;
  /** Folder that the project's files are read from instead, such as a former state of them; all else stays that of the project. */
  readonly at?: string;
}

/** @throws RunnerError (exit 2) with every fault of the project at once, or those of the day, the variables or the target */
export async function loadProject(
  args: CommonArgs,
  { formerVars = {}, formerEnv = {}, inline = '', at }: LoadOptions = {},
): Promise<LoadedProject> {
  const dir = resolve(args.projectDir);
  const cache = projectCache(at ?? dir);
  // PostgreSQL's parser is made ready on another processor while the files are read; what fails here fails again where it is used.
  if (cache.isEmpty) void import('../compile/render.ts').catch(() => undefined);
  const inspected = await inspectProject(at ?? dir, cache);
  const { project } = inspected;
  const ownEnv = readEnv(dir, process.env);
  const plainEnv: Env = (name) => formerEnv[name] ?? ownEnv(name);
  redactor.hide(secretTexts(plainEnv, project.config.secrets, dir));
  const typedVars = parseVars(args.vars ?? []);
  const givenVars = { ...formerVars, ...typedVars };
  const vars = overlaid(project.config.vars, givenVars);
  const asOf = args.asOf ?? (await cachedToday(project.config.timezone, cache));
  if (!isDay(asOf)) {
    throw new RunnerError({
      code: 'DAY_INVALID',
      message: '--as-of is no day',
      expected: 'YYYY-MM-DD',
      found: asOf,
      hint: 'A day of the calendar: --as-of 2026-10-31',
    });
  }
  const target = resolveTarget({
    name: args.target,
    projectDir: dir,
    database: project.config.database,
    env: plainEnv,
  });
  const env = withSampleSecrets(plainEnv, project.config, target.embedded);
  const options = { asOf, vars, env: plainEnv };
  const locate = locatorOf(project, options);
  const graph = await projectGraph(inspected, options, locate, cache);
  requireKnownVars(Object.keys(typedVars), project, graph, inline);
  const fingerprinter = await projectFingerprinter(project, graph, options, cache);
  // A project with faults leaves what was kept of it when it was right.
  cache.save();
  const tests = {
    renderTest: createTestRenderer(project, plainEnv),
    locateInTest: createTestLocator(project, plainEnv),
  };
  stopwatch.lap('load');
  return { project, graph, target, env, vars, givenVars, asOf, fingerprinter, locate, cache, ...tests };
}

/** Models are rendered once more, and the template engine is loaded, for the first fault that is looked for. */
function locatorOf(project: Project, options: RenderOptions): LocateInModel {
  const files = new Map(project.models.map((model) => [model.name, model]));
  let locator: Promise<Locate> | undefined;
  return async (name, incremental, offset) => {
    locator ??= import('../compile/locate.ts').then(({ createLocator }) => createLocator(project, options));
    const model = files.get(name);
    return model ? (await locator)(model, incremental, offset) : {};
  };
}

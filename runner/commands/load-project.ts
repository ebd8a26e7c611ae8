import { resolve } from 'node:path';
import { resolveTarget, type Target } from '../adapters/target.ts';
import { createRenderer } from '../compile/render.ts';
import type { Rendered } from '../compile/types.ts';
import { type Fault, RunnerError } from '../errors.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph, Node } from '../graph/types.ts';
import { type Env, readEnv, withSampleSecrets } from '../project/env.ts';
import { readProject } from '../project/read-project.ts';
import type { ModelFile, Project } from '../project/types.ts';
import { createFingerprinter, type Fingerprinter } from '../state/fingerprint.ts';
import { requireUnitTests } from '../unit-tests/check.ts';
import type { RenderTest } from '../unit-tests/types.ts';
import { isDay, today } from '../util/dates.ts';
import { createTestRenderer } from './render-tests.ts';
import type { CommonArgs } from './types.ts';

/** A project with its graph, for one day and target; nothing is connected yet. */
export interface LoadedProject {
  readonly project: Project;
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
  readonly target: Target;
  readonly env: Env;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Those of `vars` that were given on the command line. */
  readonly givenVars: Readonly<Record<string, unknown>>;
  readonly asOf: string;
  readonly renderTest: RenderTest;
}

/** @throws RunnerError (exit 2) with every fault of the project, the day, the variables or the target */
export function loadProject(args: CommonArgs): LoadedProject {
  const dir = resolve(args.projectDir);
  const project = readProject(dir);
  const plainEnv = readEnv(dir, process.env);
  const givenVars = parseVars(args.vars ?? []);
  const vars = { ...project.config.vars, ...givenVars };
  const asOf = args.asOf ?? today(project.config.timezone);
  if (!isDay(asOf)) {
    throw new RunnerError({ code: 'DAY_INVALID', message: '--as-of is no day', expected: 'YYYY-MM-DD', found: asOf });
  }
  const target = resolveTarget({
    name: args.target,
    projectDir: dir,
    database: project.config.database,
    env: plainEnv,
  });
  const env = withSampleSecrets(plainEnv, project.config, target.embedded);
  const options = { asOf, vars, env: plainEnv };
  const graph = buildGraph(project, renderAll(project.models, createRenderer(project, options)));
  requireUnitTests(project, graph);
  const fingerprinter = fingerprinterOf(project, graph, options);
  const renderTest = createTestRenderer(project, plainEnv);
  return { project, graph, target, env, vars, givenVars, asOf, fingerprinter, renderTest };
}

function renderAll(models: readonly ModelFile[], render: (model: ModelFile) => Rendered): readonly Rendered[] {
  const faults: Fault[] = [];
  const rendered = models.flatMap((model) => {
    try {
      return [render(model)];
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      faults.push(...error.faults);
      return [];
    }
  });
  if (faults.length > 0) throw new RunnerError(faults);
  return rendered;
}

function fingerprinterOf(
  project: Project,
  graph: Graph,
  options: { asOf: string; vars: Readonly<Record<string, unknown>>; env: Env },
): Fingerprinter {
  const files = new Map(project.models.map((model) => [model.name, model]));
  const renderFrozen = (node: Node, macros: readonly string[]): Rendered | undefined => {
    const file = files.get(node.name);
    return file && createRenderer(project, { ...options, frozenMacros: new Set(macros) })(file);
  };
  return createFingerprinter(graph, renderFrozen, (node) => {
    if (node.type !== 'source') return null;
    const { loader, mode, columns, requests, vars } = node.source;
    const active = requests?.when_env ? options.env(requests.when_env) === '1' : true;
    return { loader, mode, columns, requests, active, vars: vars.map((name) => options.vars[name] ?? null) };
  });
}

/** `k=v` pairs; a value that reads as JSON (`true`, `12`, `{"a": 1}`) is that, any other is a text. */
function parseVars(pairs: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1)
        throw new RunnerError({
          code: 'VARS_INVALID',
          message: '--vars is not understood',
          expected: 'name=value',
          found: pair,
        });
      const value = pair.slice(equals + 1);
      try {
        return [
          pair.slice(0, equals),
          JSON.parse(/^(true|false)$/i.test(value) ? value.toLowerCase() : value) as unknown,
        ];
      } catch {
        return [pair.slice(0, equals), value];
      }
    }),
  );
}

import nunjucks from 'nunjucks';
import { type Fault, RunnerError } from '../errors.ts';
import { nodeConfig } from '../project/node-config.ts';
import type { MacroFile, ModelFile, NodeConfig, Project } from '../project/types.ts';
import { readYaml } from '../project/yaml.ts';
import { addDays, addMonths, monthStart } from '../util/dates.ts';
import { didYouMean } from '../util/suggest.ts';
import { templateFault } from './template-fault.ts';
import type { Rendered, RenderOptions } from './types.ts';

/** What one rendering reads; collected by the functions that templates call. */
interface Reading {
  readonly refs: Set<string>;
  readonly sources: Set<string>;
  readonly macros: Set<string>;
  readonly incremental: boolean;
  config: NodeConfig;
  asksIncremental: boolean;
  /** Where and why a function refused its arguments; Nunjucks keeps only the message of an error. */
  refusal?: Omit<Fault, 'code' | 'file'>;
  /** The innermost macro that was running when an error was thrown. */
  failedMacro?: MacroFile;
}

/**
 * Renders the models of a project. Templates see `ref`, `source`, `var`, `env`, `config`, `this`, `is_incremental`,
 * `as_of`, the project's macros by name, and the filters `month_start`, `add_months`, `add_days` over ISO days.
 * @returns a function of one model; it throws RunnerError `TEMPLATE_ERROR`, with file, line and column
 */
export function createRenderer(project: Project, options: RenderOptions): (model: ModelFile) => Rendered {
  let reading = newReading({}, false);
  const templates = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true });
  const refuse = (refusal: Omit<Fault, 'code' | 'file'>): never => {
    reading.refusal ??= refusal;
    throw new Error(refusal.message);
  };
  const globals = globalsOf(project, options, () => reading, refuse);
  const names = [...Object.keys(globals), ...project.macros.map((macro) => macro.name)];
  for (const [name, value] of Object.entries(globals)) templates.addGlobal(name, value);
  templates.addFilter('month_start', monthStart);
  templates.addFilter('add_months', addMonths);
  templates.addFilter('add_days', addDays);
  defineMacros(templates, project.macros, options.frozenMacros ?? new Set(), () => reading);

  const run = (model: ModelFile, incremental: boolean): string => {
    reading = newReading(model.config, incremental);
    try {
      return new nunjucks.Template(model.template, templates, model.file, true).render({});
    } catch (error) {
      const file = reading.failedMacro ?? model;
      throw new RunnerError(templateFault(error as Error, file, reading.refusal, names));
    }
  };
  /** A hook sees what its model sees, and its refs are the model's; a place in it is none in the file. */
  const runHook = (model: ModelFile, hook: string): string => {
    try {
      return new nunjucks.Template(hook, templates, model.file, true).render({});
    } catch (error) {
      const fault = templateFault(error as Error, { file: model.file, template: hook }, reading.refusal, names);
      const { line: _line, column: _column, ...rest } = fault;
      throw new RunnerError({ ...rest, message: `in a hook: ${fault.message}`, source: hook });
    }
  };
  return (model) => {
    const body = run(model, false);
    const first = reading;
    const hooks = {
      before: (first.config.pre_hook ?? []).map((hook) => runHook(model, hook)),
      after: (first.config.post_hook ?? []).map((hook) => runHook(model, hook)),
    };
    const incrementalBody = first.asksIncremental ? run(model, true) : body;
    const union = (key: 'refs' | 'sources' | 'macros'): readonly string[] => [
      ...new Set([...first[key], ...reading[key]]),
    ];
    return {
      name: model.name,
      file: model.file,
      config: first.config,
      refs: union('refs'),
      sources: union('sources'),
      macros: union('macros'),
      body: body.trim(),
      incrementalBody: incrementalBody.trim(),
      hooks,
    };
  };
}

function globalsOf(
  project: Project,
  options: RenderOptions,
  reading: () => Reading,
  refuse: (refusal: Omit<Fault, 'code' | 'file'>) => never,
): Readonly<Record<string, unknown>> {
  const nodes = [...project.models, ...project.seeds].map(({ name }) => name);
  const tables = project.sources.map(({ system, table }) => `${system}.${table}`);
  const secrets = new Set(project.config.secrets.map(({ name }) => name));
  return {
    as_of: options.asOf,
    this: '"this:"',
    ref(name: string): string {
      if (!nodes.includes(name)) {
        refuse({ message: `ref('${name}') names no model or seed`, found: name, hint: didYouMean(name, nodes) });
      }
      reading().refs.add(name);
      return `"ref:${name}"`;
    },
    source(system: string, table: string): string {
      const name = `${system}.${table}`;
      if (!tables.includes(name)) {
        refuse({
          message: `source('${system}', '${table}') is not in sources/sources.yml`,
          found: name,
          hint: didYouMean(name, tables),
        });
      }
      reading().sources.add(name);
      return `"source:${name}"`;
    },
    var(name: string, fallback?: unknown): unknown {
      const value = options.vars[name] ?? fallback;
      if (value !== undefined) return value;
      const hint =
        didYouMean(name, Object.keys(options.vars)) ??
        'Add it to vars: in project.yml, or give a default: var(name, default).';
      return refuse({ message: `var('${name}') has no value`, found: name, hint });
    },
    env(name: string, fallback?: string): string {
      if (secrets.has(name))
        refuse({
          message: `env('${name}') is a secret`,
          hint: 'SQL is stored and shown: a secret may not be part of it.',
        });
      return (
        options.env(name) ??
        fallback ??
        refuse({
          message: `env('${name}') is not set`,
          found: name,
          hint: `Set it in .env, or give a default: env('${name}', '').`,
        })
      );
    },
    config(given: Record<string, unknown>): string {
      const { __keywords, ...values } = given;
      const yaml = readYaml('{}', 'config()');
      const config = nodeConfig(yaml, values, []);
      try {
        yaml.done();
      } catch (error) {
        const fault = (error as RunnerError).faults[0];
        refuse({
          message: `config(): ${fault?.message}`,
          expected: fault?.expected,
          found: fault?.found,
          hint: fault?.hint,
        });
      }
      reading().config = { ...reading().config, ...config };
      return '';
    },
    is_incremental(): boolean {
      reading().asksIncremental = true;
      return reading().incremental;
    },
  };
}

/** Makes each macro a global function that notes its use and gives its text without the blank around it. */
function defineMacros(
  templates: nunjucks.Environment,
  macros: readonly MacroFile[],
  frozen: ReadonlySet<string>,
  reading: () => Reading,
): void {
  for (const macro of macros) {
    const call = exportedMacro(templates, macro);
    templates.addGlobal(macro.name, (...args: unknown[]): string => {
      reading().macros.add(macro.name);
      if (frozen.has(macro.name)) return `/* ${macro.name} */`;
      try {
        return String(call(...args)).trim();
      } catch (error) {
        reading().failedMacro ??= macro;
        throw error;
      }
    });
  }
}

function exportedMacro(templates: nunjucks.Environment, macro: MacroFile): (...args: unknown[]) => unknown {
  let exported: Record<string, unknown> = {};
  try {
    const template = new nunjucks.Template(macro.template, templates, macro.file, true) as unknown as {
      getExported(done: (error: Error | null, exported: Record<string, unknown>) => void): void;
    };
    template.getExported((error, result) => {
      if (error) throw error;
      exported = result;
    });
  } catch (error) {
    throw new RunnerError(templateFault(error as Error, macro, undefined, []));
  }
  const call = exported[macro.name];
  if (typeof call === 'function') return call as (...args: unknown[]) => unknown;
  throw new RunnerError({
    code: 'MACRO_MISSING',
    message: `${macro.file} defines no macro named ${macro.name}`,
    file: macro.file,
    line: 1,
    expected: `{% macro ${macro.name}(…) %}`,
    found: Object.keys(exported).join(', ') || 'no macro',
    hint: 'One macro a file, named like the file.',
  });
}

function newReading(config: NodeConfig, incremental: boolean): Reading {
  return { refs: new Set(), sources: new Set(), macros: new Set(), incremental, config, asksIncremental: false };
}

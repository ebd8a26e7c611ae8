import nunjucks from 'nunjucks';
import { type Fault, RunnerError } from '../errors.ts';
import type { MacroFile, ModelFile, NodeConfig, Project } from '../project/types.ts';
import { addDays, addMonths, monthStart } from '../util/dates.ts';
import { hashOf } from '../util/hash.ts';
import { lineOf } from '../util/places.ts';
import { globalsOf, type Reading, type Refusal } from './globals.ts';
import { newNotes, noteAll, toReads } from './reads.ts';
import { loadParser } from './sql.ts';
import { templateFault } from './template-fault.ts';
import { createMarker, type Marker, type Token, type Trace } from './trace.ts';
import type { Rendered, RenderOptions } from './types.ts';

// What is rendered is parsed: this module is loaded by commands that need it, and then with the parser.
const parser = await loadParser();

/**
 * Renders the models of a project. Templates see `ref`, `source`, `var`, `env`, `config`, `this`, `is_incremental`,
 * `as_of`, the project's macros by name, and the filters `month_start`, `add_months`, `add_days` over ISO days.
 * @param onMacroFaults told the faults of macro files, whose callers then throw an error without faults; without it
 * they are thrown at once
 * @param compiled shared by the renderers of one project, a template is compiled once
 * @returns a function of one model; it throws RunnerError `TEMPLATE_ERROR`, with file, line and column
 */
export function createRenderer(
  project: Project,
  options: RenderOptions,
  onMacroFaults: (faults: readonly Fault[]) => void = (faults) => {
    throw new RunnerError(faults);
  },
  compiled: Compiled = new Map(),
): (model: ModelFile) => Rendered {
  const { run, runHook, macroFaults } = createTemplates(project, options, { compiled });
  if (macroFaults.length > 0) onMacroFaults(macroFaults);
  return (model) => {
    const first = run(model, false);
    const hooks = {
      before: (first.reading.config.pre_hook ?? []).map((hook) => runHook(model, hook)),
      after: (first.reading.config.post_hook ?? []).map((hook) => runHook(model, hook)),
    };
    const second = first.reading.asksIncremental ? run(model, true) : first;
    const union = (key: 'refs' | 'sources' | 'macros'): readonly string[] => [
      ...new Set([...first.reading[key], ...second.reading[key]]),
    ];
    return {
      name: model.name,
      file: model.file,
      config: first.reading.config,
      refs: union('refs'),
      sources: union('sources'),
      macros: union('macros'),
      hooks,
      reads: toReads([first.reading, second.reading], project.macros),
      ...asQueries(first.text.trim(), second.text.trim()),
    };
  };
}

/**
 * Renders a model once more to learn where each piece of its body came from.
 * @returns `undefined` when the marks that this needs change what is rendered
 */
export function createTracer(
  project: Project,
  options: RenderOptions,
): (model: ModelFile, incremental: boolean) => Trace | undefined {
  const { lexer } = nunjucks as unknown as { lexer: { lex(template: string): { nextToken(): Token | null } } };
  const marker = createMarker((template) => {
    const [tokens, stream] = [[] as Token[], lexer.lex(template)];
    for (let token = stream.nextToken(); token; token = stream.nextToken()) tokens.push(token);
    return tokens;
  });
  return (model, incremental) => {
    try {
      const plain = createTemplates(project, options).run(model, incremental).text.trim();
      const trace = marker.read(createTemplates(project, options, { marker }).run(model, incremental).text);
      return trace.text === plain ? trace : undefined;
    } catch {
      return undefined;
    }
  };
}

function asQueries(
  body: string,
  incrementalBody: string,
): Pick<Rendered, 'body' | 'incrementalBody' | 'treeHash' | 'problem'> {
  const queries = (body === incrementalBody ? [body] : [body, incrementalBody]).map((text, index) => {
    const checked = parser.check(text);
    return 'tree' in checked
      ? { text: text.slice(0, checked.end).trimEnd(), tree: checked.tree + longPlaceholders(text) }
      : { text, tree: text, problem: { ...checked, incremental: index === 1 } };
  });
  const [first = { text: body, tree: body }, second = first] = queries;
  const problem = queries.find((query) => query.problem)?.problem;
  return {
    body: first.text,
    incrementalBody: second.text,
    treeHash: hashOf([first.tree, second.tree]),
    ...(problem ? { problem } : {}),
  };
}

/** PostgreSQL keeps 63 bytes of a name, so that two placeholders could be the same in the tree. */
function longPlaceholders(body: string): string {
  return (body.match(/"(?:ref|source|macro):[^"]*"/g) ?? []).filter((name) => Buffer.byteLength(name) > 65).join('');
}

interface Templates {
  /** @throws RunnerError, without faults when the model calls a macro that has faults itself */
  readonly run: (model: ModelFile, incremental: boolean) => { readonly text: string; readonly reading: Reading };
  /** A hook sees what its model sees, and its refs are those of the model rendered last; a place in it is none in the file. */
  readonly runHook: (model: ModelFile, hook: string) => string;
  readonly macroFaults: readonly Fault[];
}

/** Templates as functions, by file and text. */
export type Compiled = Map<string, object>;

interface TemplateOptions {
  readonly marker?: Marker;
  readonly compiled?: Compiled;
}

function createTemplates(
  project: Project,
  options: RenderOptions,
  { marker, compiled = new Map() }: TemplateOptions = {},
): Templates {
  let reading = newReading({}, false);
  const marked = (file: string, template: string): string => marker?.mark(file, template) ?? template;
  const templates = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true });
  const compile = (file: string, text: string): nunjucks.Template => compileOnce(templates, compiled, file, text);
  const refuse = (refusal: Refusal): never => {
    reading.refusal ??= refusal;
    throw new Error(refusal.message);
  };
  const globals = globalsOf(project, options, () => reading, refuse);
  const names = [...Object.keys(globals), ...project.macros.map((macro) => macro.name)];
  for (const [name, value] of Object.entries(globals)) templates.addGlobal(name, withoutMarks(value, marker));
  noteTheDay(templates, options.asOf, () => reading);
  templates.addFilter('month_start', monthStart);
  templates.addFilter('add_months', addMonths);
  templates.addFilter('add_days', addDays);

  const macroFaults: Fault[] = [];
  for (const macro of project.macros) {
    // What a macro's file reads outside of the macro is read once, but by everyone who calls it.
    const atDefinition = newReading({}, false);
    reading = atDefinition;
    const call = exportedMacro(compile, macro, marked(macro.file, macro.template), macroFaults);
    templates.addGlobal(macro.name, (...args: unknown[]): string => {
      reading.macros.add(macro.name);
      // An identifier: it parses wherever an expression does.
      if (options.frozenMacros?.has(macro.name)) return `"macro:${macro.name}"`;
      if (!call) {
        reading.calledBroken = true;
        throw new Error(`${macro.file} has faults`);
      }
      noteAll(reading, atDefinition);
      try {
        const text = String(call(...args));
        return marker?.enclose(text) ?? text.trim();
      } catch (error) {
        reading.failedMacro ??= macro;
        throw error;
      }
    });
  }
  return {
    macroFaults,
    runHook: (model, hook) => {
      try {
        return compile(model.file, hook).render({});
      } catch (error) {
        if (reading.calledBroken) throw new RunnerError([]);
        const fault = templateFault(error as Error, { file: model.file, template: hook }, reading.refusal, names);
        const { line: _line, column: _column, ...rest } = fault;
        throw new RunnerError({ ...rest, message: `in a hook: ${fault.message}`, source: hook });
      }
    },
    run: (model, incremental) => {
      reading = newReading(model.config, incremental);
      try {
        return { text: compile(model.file, marked(model.file, model.template)).render({}), reading };
      } catch (error) {
        if (reading.calledBroken) throw new RunnerError([]);
        const { failedMacro, refusal } = reading;
        const fault = templateFault(error as Error, failedMacro ?? model, refusal, names);
        throw new RunnerError(failedMacro ? { ...fault, through: `called in ${model.file}` } : fault);
      }
    },
  };
}

/** Nunjucks compiles a template for one environment; what it is compiled to fits all that are set up alike. */
function compileOnce(
  templates: nunjucks.Environment,
  compiled: Compiled,
  file: string,
  text: string,
): nunjucks.Template {
  const key = `${file}\n${text}`;
  const known = compiled.get(key);
  if (known) return new nunjucks.Template({ type: 'code', obj: known } as never, templates, file, true);
  const template = new nunjucks.Template(text, templates, file, true);
  const { rootRenderFunc: root, blocks } = template as unknown as { rootRenderFunc: unknown; blocks: object };
  compiled.set(key, {
    root,
    ...Object.fromEntries(Object.entries(blocks).map(([name, block]) => [`b_${name}`, block])),
  });
  return template;
}

/** `as_of` is a plain word in a template; a getter sees who reads it, also within macros and through filters. */
function noteTheDay(templates: nunjucks.Environment, asOf: string, reading: () => Reading): void {
  const { globals } = templates as unknown as { readonly globals: object };
  Object.defineProperty(globals, 'as_of', {
    get: () => {
      reading().asOf = asOf;
      return asOf;
    },
  });
}

function withoutMarks(value: unknown, marker: Marker | undefined): unknown {
  if (!marker || typeof value !== 'function') return value;
  return (...args: unknown[]): unknown => value(...args.map(marker.clean));
}

/** @returns `undefined` of a macro file with a fault, which is noted */
function exportedMacro(
  compile: (file: string, text: string) => nunjucks.Template,
  macro: MacroFile,
  text: string,
  faults: Fault[],
): ((...args: unknown[]) => unknown) | undefined {
  let exported: Record<string, unknown> = {};
  try {
    const template = compile(macro.file, text) as unknown as {
      getExported(done: (error: Error | null, exported: Record<string, unknown>) => void): void;
    };
    template.getExported((error, result) => {
      if (error) throw error;
      exported = result;
    });
  } catch (error) {
    faults.push(templateFault(error as Error, macro, undefined, []));
    return undefined;
  }
  const call = exported[macro.name];
  if (typeof call === 'function') return call as (...args: unknown[]) => unknown;
  faults.push({
    code: 'MACRO_MISSING',
    message: `${macro.file} defines no macro named ${macro.name}`,
    file: macro.file,
    line: 1,
    source: lineOf(macro.template, 1),
    expected: `{% macro ${macro.name}(…) %}`,
    found: Object.keys(exported).join(', ') || 'no macro',
    hint: 'One macro a file, named like the file.',
  });
  return undefined;
}

function newReading(config: NodeConfig, incremental: boolean): Reading {
  return { ...newNotes(), incremental, config, asksIncremental: false };
}

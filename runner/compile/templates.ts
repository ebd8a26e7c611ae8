import nunjucks from 'nunjucks';
import type { Fault } from '../errors.ts';
import type { ModelFile, NodeConfig } from '../project/types.ts';
import { placeOf } from '../util/places.ts';
import { DAYS, ofDay } from './day-filters.ts';
import { globalsOf, type Reading } from './globals.ts';
import { addMacros } from './macros.ts';
import { newNotes } from './reads.ts';
import { type Compiled, compileTemplate, type Template, type Watch } from './template.ts';
import { templateFault } from './template-fault.ts';
import type { Marker } from './trace.ts';
import type { RenderOptions, Templated } from './types.ts';
import { createWatcher, newWatched } from './watch.ts';

/** What a template gave, and all that went wrong. */
export interface Run {
  readonly text: string;
  readonly reading: Reading;
}

export interface Templates {
  /** @param context names that this template alone sees */
  readonly run: (model: ModelFile, incremental: boolean, context?: Readonly<Record<string, unknown>>) => Run;
  /** A hook sees what its model sees, and its refs are those of the model rendered last. */
  readonly runHook: (model: ModelFile, hook: string) => string;
  readonly macroFaults: readonly Fault[];
}

interface TemplateOptions {
  readonly marker?: Marker;
  readonly compiled?: Compiled;
}

export function createTemplates(
  project: Templated,
  options: RenderOptions,
  { marker, compiled = new Map() }: TemplateOptions = {},
): Templates {
  let reading = newReading({}, false);
  const texts = new Map(project.macros.map(({ file, template }) => [file, template]));
  const templates: nunjucks.Environment & { watch?: Watch } = new nunjucks.Environment(null, { autoescape: false });
  const names: string[] = project.macros.map(({ name }) => name);
  const { filters, globals: seen } = templates as unknown as { readonly filters: object; readonly globals: object };
  const watch = createWatcher(
    () => reading,
    (file) => texts.get(file) ?? '',
    {
      names,
      filters: Object.keys({ ...filters, ...DAYS }),
      // By descriptors: to get `as_of` is to read it.
      nameOf: (value) =>
        Object.entries(Object.getOwnPropertyDescriptors(seen)).find(([, known]) => known.value === value)?.[0],
    },
  );
  templates.watch = watch;
  const globals = globalsOf(project, options, () => reading, watch.refuse);
  names.push(...Object.keys(globals));
  for (const [name, value] of Object.entries(globals)) templates.addGlobal(name, withoutMarks(value, marker));
  noteTheDay(templates, options.asOf, () => reading);
  templates.addFilter('random', () =>
    watch.refuse({
      message: 'random is another one each time',
      hint: 'A model is the same SQL until something that it reads changes.',
    }),
  );
  for (const [name, filter] of Object.entries(DAYS)) templates.addFilter(name, ofDay(name, filter, watch.refuse));

  /** @param file of which the text is a part or the whole */
  const render = <T>(file: string, text: string, work: (template: Template) => T): T | undefined => {
    try {
      return work(compileTemplate(marker?.mark(file, text) ?? text, file, templates, compiled));
    } catch (error) {
      if (!reading.ended) reading.faults.push(templateFault(error, { file, template: text }));
      return undefined;
    }
  };
  const macroFaults = addMacros(project.macros, {
    templates,
    define: ({ file, template }, work) => {
      const atDefinition = newReading({}, false);
      reading = atDefinition;
      return { exported: render(file, template, work), atDefinition };
    },
    reading: () => reading,
    frozen: options.frozenMacros,
    marker,
    refuse: watch.refuse,
  });
  return {
    macroFaults,
    runHook: (model, hook) => {
      const before = reading.faults.length;
      const at = placeOf(model.template, hook);
      const { pre_hook = [], post_hook = [] } = model.config;
      const file = !at && [...pre_hook, ...post_hook].includes(hook) ? PROJECT : model.file;
      // Moved to where it stands in the file, so that its places are those of the file.
      const moved = at ? '\n'.repeat(at.line - 1) + ' '.repeat(at.column - 1) + hook : hook;
      texts.set(file, at ? model.template : hook);
      const text = render(file, moved, (template) => template.render({})) ?? '';
      const faults = reading.faults.splice(before);
      reading.faults.push(...faults.map((fault) => inHook(fault, at ? undefined : { file, hook })));
      return text.trim();
    },
    run: (model, incremental, context = {}) => {
      texts.set(model.file, model.template);
      reading = newReading(model.config, incremental);
      const text = render(model.file, model.template, (template) => template.render(context)) ?? '';
      return { text, reading };
    },
  };
}

const PROJECT = 'project.yml';

/** @param elsewhere where the hook is written, if it is not known in which line */
function inHook(fault: Fault, elsewhere: { readonly file: string; readonly hook: string } | undefined): Fault {
  const told = { ...fault, message: `in a hook: ${fault.message}` };
  if (!elsewhere) return told;
  const { file, hook } = elsewhere;
  const through = fault.through?.replaceAll(new RegExp(`\\b${file}:\\d+:\\d+`, 'g'), file);
  const placeless = { ...told, ...(through === undefined ? {} : { through }) };
  if (fault.file !== file) return placeless;
  // What is found in project.yml is sought there.
  const source = file === PROJECT ? { found: fault.source?.trim() ?? hook, source: undefined } : { source: hook };
  return { ...placeless, line: undefined, column: undefined, ...source };
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

function newReading(config: NodeConfig, incremental: boolean): Reading {
  return { ...newNotes(), ...newWatched(), incremental, config, asksIncremental: false, calledBroken: false };
}

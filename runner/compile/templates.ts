import nunjucks from 'nunjucks';
import type { Fault } from '../errors.ts';
import type { MacroFile, ModelFile, NodeConfig, Project } from '../project/types.ts';
import { addDays, addMonths, isDay, monthStart } from '../util/dates.ts';
import { lineOf, placeOf } from '../util/places.ts';
import { globalsOf, type Reading } from './globals.ts';
import { newNotes, noteAll } from './reads.ts';
import { type Compiled, compileTemplate, type Watch } from './template.ts';
import { templateFault } from './template-fault.ts';
import type { Marker } from './trace.ts';
import type { RenderOptions } from './types.ts';
import { createWatcher, isUnknown, newWatched, UNKNOWN, type Watcher } from './watch.ts';

/** What a template gave, and all that went wrong. */
export interface Run {
  readonly text: string;
  readonly reading: Reading;
}

export interface Templates {
  readonly run: (model: ModelFile, incremental: boolean) => Run;
  /** A hook sees what its model sees, and its refs are those of the model rendered last. */
  readonly runHook: (model: ModelFile, hook: string) => string;
  readonly macroFaults: readonly Fault[];
}

interface TemplateOptions {
  readonly marker?: Marker;
  readonly compiled?: Compiled;
}

export function createTemplates(
  project: Project,
  options: RenderOptions,
  { marker, compiled = new Map() }: TemplateOptions = {},
): Templates {
  let reading = newReading({}, false);
  const texts = new Map(project.macros.map(({ file, template }) => [file, template]));
  const templates: nunjucks.Environment & { watch?: Watch } = new nunjucks.Environment(null, { autoescape: false });
  const names: string[] = project.macros.map(({ name }) => name);
  const watch = createWatcher(
    () => reading,
    (file) => texts.get(file) ?? '',
    { names, filters: Object.keys({ ...(templates as unknown as { readonly filters: object }).filters, ...DAYS }) },
  );
  templates.watch = watch;
  const globals = globalsOf(project, options, () => reading, watch.refuse);
  names.push(...Object.keys(globals));
  for (const [name, value] of Object.entries(globals)) templates.addGlobal(name, withoutMarks(value, marker));
  noteTheDay(templates, options.asOf, () => reading);
  for (const [name, filter] of Object.entries(DAYS)) templates.addFilter(name, ofDay(name, filter, watch.refuse));

  /** @param file of which the text is a part or the whole */
  const render = <T>(file: string, text: string, work: (template: nunjucks.Template) => T): T | undefined => {
    try {
      return work(compileTemplate(marker?.mark(file, text) ?? text, file, templates, compiled));
    } catch (error) {
      if (!reading.ended) reading.faults.push(templateFault(error, { file, template: text }));
      return undefined;
    }
  };
  const builtIn = { ...(templates as unknown as { readonly globals: object }).globals };
  const macroFaults: Fault[] = [];
  for (const macro of project.macros) {
    // What a macro's file reads outside of the macro is read once, but by everyone who calls it.
    const atDefinition = newReading({}, false);
    reading = atDefinition;
    const exported = render(macro.file, macro.template, exportedBy);
    const call = exported?.[macro.name];
    const reserved = Object.hasOwn(builtIn, macro.name);
    if (reserved) reading.faults.push(reservedName(macro));
    else if (exported && typeof call !== 'function') reading.faults.push(missingMacro(macro, exported));
    macroFaults.push(...reading.faults);
    if (reserved) continue;
    templates.addGlobal(macro.name, (...args: unknown[]): unknown => {
      reading.macros.add(macro.name);
      // An identifier: it parses wherever an expression does.
      if (options.frozenMacros?.has(macro.name)) return `"macro:${macro.name}"`;
      if (typeof call !== 'function' || atDefinition.faults.length > 0) {
        reading.calledBroken = true;
        return UNKNOWN;
      }
      noteAll(reading, atDefinition);
      const { callers, under } = reading;
      callers.push(...under.slice(-1));
      try {
        const text = String(call(...args));
        return marker?.enclose(text) ?? text.trim();
      } finally {
        callers.pop();
      }
    });
  }
  return {
    macroFaults,
    runHook: (model, hook) => {
      const before = reading.faults.length;
      // Moved to where it stands in the file, so that its places are those of the file.
      const at = placeOf(model.template, hook);
      const moved = at ? '\n'.repeat(at.line - 1) + ' '.repeat(at.column - 1) + hook : hook;
      const text = render(model.file, moved, (template) => template.render({})) ?? '';
      const faults = reading.faults
        .splice(before)
        .map((fault) => ({ ...fault, message: `in a hook: ${fault.message}` }));
      const elsewhere = { line: undefined, column: undefined, source: hook };
      reading.faults.push(...(at ? faults : faults.map((fault) => ({ ...fault, ...elsewhere }))));
      return text.trim();
    },
    run: (model, incremental) => {
      texts.set(model.file, model.template);
      reading = newReading(model.config, incremental);
      const text = render(model.file, model.template, (template) => template.render({})) ?? '';
      return { text, reading };
    },
  };
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

const DAYS = { month_start: monthStart, add_months: addMonths, add_days: addDays };

/** A filter over days that refuses what is no day. */
function ofDay(
  name: string,
  filter: (day: string, count: number) => string,
  refuse: Watcher['refuse'],
): (...args: unknown[]) => unknown {
  return (day, count) => {
    if (isUnknown([day, count])) return UNKNOWN;
    if (typeof day !== 'string' || !isDay(day))
      return refuse({
        message: `${name} needs a day`,
        expected: 'YYYY-MM-DD',
        found: String(day),
        hint: 'as_of is one.',
      });
    if (filter !== monthStart && !Number.isInteger(count))
      return refuse({
        message: `${name} needs a whole number`,
        expected: `${name}(1)`,
        found: String(count),
        hint: 'Without quotes.',
      });
    return filter(day, Number(count));
  };
}

function exportedBy(template: nunjucks.Template): Readonly<Record<string, unknown>> {
  let exported: Readonly<Record<string, unknown>> = {};
  const file = template as unknown as {
    getExported(done: (error: Error | null, exported: Record<string, unknown>) => void): void;
  };
  file.getExported((error, result) => {
    if (error) throw error;
    exported = result;
  });
  return exported;
}

function missingMacro({ name, file, template }: MacroFile, exported: Readonly<Record<string, unknown>>): Fault {
  return {
    code: 'MACRO_MISSING',
    message: `${file} defines no macro named ${name}`,
    file,
    ...(placeOf(template, '{% macro') ?? { line: 1, column: 1, source: lineOf(template, 1) }),
    expected: `{% macro ${name}(…) %}`,
    found: Object.keys(exported).join(', ') || 'no macro',
    hint: 'One macro a file, named like the file.',
  };
}

function reservedName({ name, file, template }: MacroFile): Fault {
  return {
    code: 'MACRO_NAME',
    message: `a macro can't be named ${name}: templates have that already`,
    file,
    line: 1,
    column: 1,
    source: lineOf(template, 1),
    hint: 'Rename the macro and its file.',
  };
}

function newReading(config: NodeConfig, incremental: boolean): Reading {
  return { ...newNotes(), ...newWatched(), incremental, config, asksIncremental: false, calledBroken: false };
}

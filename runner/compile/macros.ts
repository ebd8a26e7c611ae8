import type nunjucks from 'nunjucks';
import type { Fault } from '../errors.ts';
import type { MacroFile } from '../project/types.ts';
import { lineOf, placeOf } from '../util/places.ts';
import { plural } from '../util/plural.ts';
import { didYouMean } from '../util/suggest.ts';
import type { Reading } from './globals.ts';
import { noteAll } from './reads.ts';
import type { Template } from './template.ts';
import type { Marker } from './trace.ts';
import { UNKNOWN, type Watcher } from './watch.ts';
import type { Refusal } from './watch-words.ts';

interface MacroOptions {
  readonly templates: nunjucks.Environment;
  /** Renders a file with a reading of its own. */
  readonly define: (macro: MacroFile, work: (template: Template) => Exported) => Definition;
  /** That of the rendering which calls a macro. */
  readonly reading: () => Reading;
  /** Macros that render as their own name. */
  readonly frozen: ReadonlySet<string> | undefined;
  readonly marker: Marker | undefined;
  readonly refuse: Watcher['refuse'];
}

interface Definition {
  /** `undefined` when the file is no template. */
  readonly exported: Exported | undefined;
  /** What a macro's file reads outside of the macro is read once, but by everyone who calls it. */
  readonly atDefinition: Reading;
}

/** What a file defines, and the parameters of its macros. */
interface Exported extends Pick<Template, 'parameters'> {
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Makes the macros of a project functions that its templates call by their names.
 * @returns the faults of their files; a call of a macro that has some is noted as `calledBroken`
 */
export function addMacros(macros: readonly MacroFile[], options: MacroOptions): readonly Fault[] {
  const { templates, define } = options;
  const builtIn = { ...(templates as unknown as { readonly globals: object }).globals };
  return macros.flatMap((macro) => {
    const { exported, atDefinition } = define(macro, exportedBy);
    const { faults } = atDefinition;
    if (Object.hasOwn(builtIn, macro.name)) return [...faults, reservedName(macro)];
    const call = exported?.values[macro.name];
    if (exported && typeof call !== 'function') faults.push(missingMacro(macro, exported));
    templates.addGlobal(
      macro.name,
      callable({ name: macro.name, call, parameters: exported?.parameters.get(macro.name), atDefinition }, options),
    );
    return faults;
  });
}

interface Macro extends Pick<Definition, 'atDefinition'> {
  readonly name: string;
  readonly call: unknown;
  readonly parameters: readonly string[] | undefined;
}

function callable(
  { name, call, parameters = [], atDefinition }: Macro,
  { reading: current, frozen, marker, refuse }: MacroOptions,
): (...args: readonly unknown[]) => unknown {
  return (...args) => {
    const reading = current();
    reading.macros.add(name);
    // An identifier: it parses wherever an expression does.
    if (frozen?.has(name)) return `"macro:${name}"`;
    if (typeof call !== 'function' || atDefinition.faults.length > 0) {
      reading.calledBroken = true;
      return UNKNOWN;
    }
    const surplus = surplusArgument(name, parameters, args);
    if (surplus) return refuse(surplus.refusal, surplus.key);
    noteAll(reading, atDefinition);
    const { callers, under } = reading;
    callers.push(...under.slice(-1));
    try {
      const text = String(call(...args));
      return marker?.enclose(text) ?? text.trim();
    } finally {
      callers.pop();
    }
  };
}

/** Nunjucks drops what a macro does not take. */
function surplusArgument(
  name: string,
  parameters: readonly string[],
  args: readonly unknown[],
): { readonly refusal: Refusal; readonly key?: string } | undefined {
  const last = args.at(-1);
  const named = typeof last === 'object' && last !== null && '__keywords' in last ? Object.keys(last) : [];
  const key = named.find((one) => !['__keywords', 'caller', ...parameters].includes(one));
  const expected = `${name}(${parameters.join(', ')})`;
  if (key !== undefined) {
    const hint = didYouMean(key, parameters) ?? 'Its parameters are those of its definition.';
    return { key, refusal: { message: `${name} has no parameter ${key}`, found: key, expected, hint } };
  }
  const count = args.length - (named.length > 0 ? 1 : 0);
  if (count <= parameters.length) return undefined;
  const message = `${name} takes ${plural(parameters.length, 'argument')}, and was given ${count}`;
  return { refusal: { message, expected, hint: 'Take the others out, or give the macro a parameter for them.' } };
}

function exportedBy(template: Template): Exported {
  let exported: Exported['values'] = {};
  const file = template as unknown as {
    getExported(done: (error: Error | null, exported: Record<string, unknown>) => void): void;
  };
  file.getExported((error, result) => {
    if (error) throw error;
    exported = result;
  });
  // Every model that calls a macro sees what stands beside it: none may leave it changed for the next.
  for (const value of Object.values(exported)) freeze(value);
  return { values: exported, parameters: template.parameters };
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

function missingMacro({ name, file, template }: MacroFile, exported: Exported): Fault {
  return {
    code: 'MACRO_MISSING',
    message: `${file} defines no macro named ${name}`,
    file,
    ...(placeOf(template, '{% macro') ?? { line: 1, column: 1, source: lineOf(template, 1) }),
    expected: `{% macro ${name}(…) %}`,
    found: Object.keys(exported.values).join(', ') || 'no macro',
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

import type nunjucks from 'nunjucks';
import type { Fault } from '../errors.ts';
import type { MacroFile } from '../project/types.ts';
import { lineOf, placeOf } from '../util/places.ts';
import type { Reading } from './globals.ts';
import { noteAll } from './reads.ts';
import type { Marker } from './trace.ts';
import { UNKNOWN } from './watch.ts';

interface MacroOptions {
  readonly templates: nunjucks.Environment;
  /** Renders a file with a reading of its own. */
  readonly define: (macro: MacroFile, work: (template: nunjucks.Template) => Exported) => Definition;
  /** That of the rendering which calls a macro. */
  readonly reading: () => Reading;
  /** Macros that render as their own name. */
  readonly frozen: ReadonlySet<string> | undefined;
  readonly marker: Marker | undefined;
}

interface Definition {
  /** `undefined` when the file is no template. */
  readonly exported: Exported | undefined;
  /** What a macro's file reads outside of the macro is read once, but by everyone who calls it. */
  readonly atDefinition: Reading;
}

type Exported = Readonly<Record<string, unknown>>;

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
    const call = exported?.[macro.name];
    if (exported && typeof call !== 'function') faults.push(missingMacro(macro, exported));
    templates.addGlobal(macro.name, callable(macro.name, call, atDefinition, options));
    return faults;
  });
}

function callable(
  name: string,
  call: unknown,
  atDefinition: Reading,
  { reading: current, frozen, marker }: MacroOptions,
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

function exportedBy(template: nunjucks.Template): Exported {
  let exported: Exported = {};
  const file = template as unknown as {
    getExported(done: (error: Error | null, exported: Record<string, unknown>) => void): void;
  };
  file.getExported((error, result) => {
    if (error) throw error;
    exported = result;
  });
  return exported;
}

function missingMacro({ name, file, template }: MacroFile, exported: Exported): Fault {
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

import type { Fault } from '../errors.ts';

/** One selector of a selection, taken apart: `2+tag:x+1`, `@name`. */
export interface Selector {
  /** As it was written. */
  readonly text: string;
  /** Without its operators: `tag:x`. */
  readonly core: string;
  /** What stands before the colon; `undefined` without one. */
  readonly method: string | undefined;
  readonly value: string;
  /** Steps up and down to take with it: 0 none, `Infinity` all, as with `@`. */
  readonly parents: number;
  readonly children: number;
  /** `@`: the way up starts from its descendants. */
  readonly family: boolean;
}

/** Selectors that a node must match all of: `changed,tag:x`. */
export interface Intersection {
  readonly text: string;
  readonly parts: readonly Selector[];
}

const GRAMMAR =
  'name, +name, name+, 2+name+1, @name, tag:…, path:…, file:…, source:…, resource_type:…, config.KEY:…, result:…, selector:…, changed';

/**
 * Takes texts apart: space = union, comma = intersection.
 * @param faults gets a `SELECTOR_INVALID` for each selector that is not understood; it is left out of the result
 */
export function parseSelection(texts: readonly string[], faults: Fault[]): readonly Intersection[] {
  const words = texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '');
  return words.map((text) => ({
    text,
    parts: text.split(',').flatMap((part) => parseSelector(part, text, faults)),
  }));
}

function parseSelector(text: string, word: string, faults: Fault[]): readonly Selector[] {
  const refuse = (message: string, hint: string | undefined): readonly Selector[] => {
    faults.push({ code: 'SELECTOR_INVALID', message, expected: GRAMMAR, found: word, hint });
    return [];
  };
  if (text === '') {
    return refuse(
      `an empty part beside a comma of "${word}"`,
      'No space stands at a comma: a,b takes what is in both, "a b" what is in either.',
    );
  }
  if (/["'`]/.test(text)) {
    return refuse(
      `a quotation mark in "${word}"`,
      'Names are written without quotes; quotes around all are the shell’s.',
    );
  }
  const [, before = '', core = '', after = ''] = /^(@|\d*\+)?(.*?)(\+\d*)?$/.exec(text) ?? [];
  if (core === '' || /^[@+]|[@+]$/.test(core)) return refuse(`selector "${text}" is not understood`, undefined);
  if (before === '@' && after !== '') {
    return refuse(`"@" and a "+" behind do not go together in "${text}"`, `@${core} takes the descendants already.`);
  }
  const [, method, value = core] = /^([^:]*):(.*)$/.exec(core) ?? [];
  if (value === '' || method === '') return refuse(`selector "${text}" has nothing at its colon`, undefined);
  return [
    {
      text,
      core,
      method,
      value,
      parents: before === '' ? 0 : depth(before.slice(0, -1)),
      children: before === '@' ? depth('') : after === '' ? 0 : depth(after.slice(1)),
      family: before === '@',
    },
  ];
}

function depth(digits: string): number {
  return digits === '' ? Number.POSITIVE_INFINITY : Number(digits);
}

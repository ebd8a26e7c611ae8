import type { Options } from 'yargs';

type Table = Readonly<Record<string, Options>>;

/** Keys of an option that this reader knows the meaning of. */
const KNOWN = new Set(['type', 'alias', 'array', 'default', 'describe', 'choices']);

/**
 * Reads the arguments of a command where they are plain (`--name value`, each option once, no positional argument), as
 * yargs would, which takes as long to load as all the rest of a run that has nothing to do. What is not plain, and so
 * whatever may be wrong, is yargs' to read.
 * @param options those of the command and the common ones
 * @returns the values by camel-case name, or `undefined` when yargs has to read them
 */
export function readPlainArgs(args: readonly string[], options: Table): Readonly<Record<string, unknown>> | undefined {
  const values = new Map<string, unknown>();
  for (let at = 0; at < args.length; ) {
    const name = nameOf(args[at] ?? '', options);
    const option = name === undefined ? undefined : options[name];
    if (name === undefined || !option || values.has(name)) return undefined;
    const words = wordsAfter(args, at);
    const value = meaningOf(option, words);
    if (value === undefined) return undefined;
    values.set(name, value);
    at += 1 + words.length;
  }
  const known = Object.values(options).every((option) => Object.keys(option).every((key) => KNOWN.has(key)));
  if (!known) return undefined;
  const all = Object.entries(options).map(([name, option]) => [camel(name), values.get(name) ?? option.default]);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** `--name`, or the one letter that stands for it. */
function nameOf(word: string, options: Table): string | undefined {
  if (word.startsWith('--')) return Object.hasOwn(options, word.slice(2)) ? word.slice(2) : undefined;
  const aliased = Object.entries(options).find(([, { alias }]) => typeof alias === 'string' && word === `-${alias}`);
  return aliased?.[0];
}

/** The words up to the next option. */
function wordsAfter(args: readonly string[], at: number): readonly string[] {
  const rest = args.slice(at + 1);
  const end = rest.findIndex((word) => word.startsWith('-'));
  return end < 0 ? rest : rest.slice(0, end);
}

/** `undefined` for anything that yargs might read in another way, or refuse. */
function meaningOf(option: Options, words: readonly string[]): unknown {
  // yargs takes quotes off, and reads an empty word as no value.
  if (words.some((word) => word === '' || /^['"]/.test(word))) return undefined;
  if (option.array) return option.type === 'string' && words.length > 0 ? words : undefined;
  if (option.type === 'boolean') return words.length === 0 ? true : undefined;
  const [word] = words;
  if (word === undefined || words.length > 1) return undefined;
  if (option.choices) return option.choices.includes(word) ? word : undefined;
  if (option.type === 'number') return /^(0|[1-9]\d{0,8})$/.test(word) ? Number(word) : undefined;
  return option.type === 'string' ? word : undefined;
}

/** yargs gives `two-words` as `twoWords` too. */
export function camel(name: string): string {
  return name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
}

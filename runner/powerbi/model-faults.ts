import type { Fault } from '../errors.ts';
import type { SemanticModelConfig } from '../project/semantic-types.ts';
import { didYouMean } from '../util/suggest.ts';
import { DATA_TYPES } from './tables.ts';
import type { ModelTable } from './types.ts';

/** Names in `semantic_model:` that lead nowhere, which the tool would tell only when the model is opened: `SEMANTIC_MODEL_INVALID`. */
export function modelFaults(tables: readonly ModelTable[], config: SemanticModelConfig): readonly Fault[] {
  const columns = new Map<string, readonly string[]>([
    ...tables.map((table) => [table.name, table.columns.map(({ name }) => name)] as const),
    ...config.calculated.map((table) => [table.name, Object.keys(table.columns)] as const),
  ]);
  const measures = config.measures.map(({ name }) => name);
  const anyColumn = [...columns.values()].flat();
  const all = [...columns].flatMap(([table, names]) => names.map((name) => `${table}.${name}`));
  const unknown = (where: string, line: number, name: string, known: readonly string[]): readonly Fault[] =>
    known.includes(name)
      ? []
      : [
          {
            code: 'SEMANTIC_MODEL_INVALID',
            message: `${where} names ${name}, which is not there`,
            file: 'project.yml',
            line,
            found: name,
            hint: didYouMean(name, known) ?? 'Tables are those that select takes, and those of calculated.',
          },
        ];
  const expression = (where: string, line: number, text: string): readonly Fault[] =>
    referencesIn(text).flatMap(({ table, name }) =>
      table === undefined
        ? // [Value] is the column of a table that an expression writes itself.
          unknown(
            where,
            line,
            `[${name}]`,
            [...measures, ...anyColumn, 'Value'].map((known) => `[${known}]`),
          )
        : unknown(where, line, `${table}.${name}`, [...all, ...measures.map((known) => `${table}.${known}`)]),
    );
  return [
    ...config.relationships.flatMap(({ from, to, line }) =>
      [from, to].flatMap((name) => unknown('a relationship', line, name, all)),
    ),
    ...config.calculated.flatMap(({ name, line, expression: text, columns: types }) => [
      ...expression(`table ${name}`, line, text),
      ...Object.values(types).flatMap((type) => unknown(`table ${name}`, line, type, Object.keys(DATA_TYPES))),
    ]),
    ...config.measures.flatMap(({ name, table, line, format, expression: text }) => [
      ...unknown(`measure ${name}`, line, table, [...columns.keys()]),
      ...(format === undefined
        ? []
        : unknown(
            `measure ${name}`,
            line,
            format,
            config.formats.map((one) => one.name),
          )),
      ...expression(`measure ${name}`, line, text),
    ]),
  ];
}

interface Reference {
  readonly table: string | undefined;
  readonly name: string;
}

/** What an expression in DAX reads: `table[column]`, `'a table'[column]`, `[measure]`; not in texts and comments. */
function referencesIn(expression: string): readonly Reference[] {
  const code = expression.replace(/"(?:[^"]|"")*"|(?:--|\/\/).*|\/\*[\s\S]*?\*\//g, ' ');
  const found = code.matchAll(/(?:'((?:[^']|'')+)'|([\p{L}_][\p{L}\p{N}_]*))?\[([^\]]+)\]/gu);
  return [...found].map(([, quoted, plain, name = '']) => ({ table: quoted?.replaceAll("''", "'") ?? plain, name }));
}

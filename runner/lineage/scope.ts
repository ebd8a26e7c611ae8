import type { Alias, Node, WindowDef } from '../compile/tree.ts';
import {
  columnOf,
  columnOfOpen,
  type Field,
  manyHomes,
  NO_ROWS,
  type Rows,
  together,
  unresolved,
  type Value,
  wholeRow,
} from './value.ts';

/** What a query gives, and what decides which rows there are of it. */
export interface QueryRows extends Rows {
  readonly decides: Value;
  /** What their order comes from, which shows where they are collected. */
  readonly order?: Value;
}

/** A relation of a FROM clause, by the names that may stand before its columns. */
export interface Item extends Rows {
  readonly names: readonly string[];
}

/** What a FROM clause gives: columns in the order of `*`, and the relations that they are of. */
export interface Space extends Rows {
  readonly items: readonly Item[];
}

/** What an expression may name. */
export interface Scope {
  readonly space: Space;
  /** WITH queries by name, each traced when it is first read. */
  readonly queries: ReadonlyMap<string, () => QueryRows>;
  readonly windows?: ReadonlyMap<string, WindowDef>;
  /** Of the query around this one. */
  readonly outer?: Scope;
}

export const NO_SPACE: Space = { ...NO_ROWS, items: [] };

export function joined(...spaces: readonly Space[]): Space {
  return {
    columns: spaces.flatMap(({ columns }) => columns),
    open: spaces.flatMap(({ open }) => open),
    items: spaces.flatMap(({ items }) => items),
  };
}

/** One relation as all that is in scope. */
export function spaceOf(rows: Rows, alias: Alias | undefined, names: readonly string[] = []): Space {
  const { columns, open } = renamed(rows, namesIn(alias?.colnames));
  const aliases = alias?.aliasname === undefined ? names : [alias.aliasname];
  return { columns, open, items: [{ names: aliases, columns, open }] };
}

/** Rows whose first columns have got other names. */
export function renamed<R extends Rows>(rows: R, names: readonly string[]): R {
  if (names.length === 0) return rows;
  const { columns, open } = rows;
  const far = open.map(({ why }) => `${why}: which column stands where is not known`);
  const first = names.map((name, index): Field => {
    const value = open.length > 0 ? unresolved(...far) : columns[index]?.value;
    return { name, value: value ?? unresolved(`there is no column for the name ${name}`) };
  });
  return { ...rows, columns: [...first, ...columns.slice(names.length)] };
}

/** The names in a list of the parser, without `*`. */
export function namesIn(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? (node.String.sval ?? '') : []));
}

/** What a name stands for: a column, one of a relation, or a relation's row as a whole. */
export function named(scope: Scope, names: readonly string[]): Value {
  const [name = '', relation] = names.toReversed();
  if (relation !== undefined) {
    const item = itemOf(scope, relation);
    return item
      ? columnOf(item, name, relation)
      : unresolved(`no relation ${relation} is known where ${relation}.${name} stands`);
  }
  const maybe: Value[] = [];
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const { columns, open } = level.space;
    const found = columns.filter((column) => column.name === name).map(({ value }) => value);
    if (found.length > 0) return several(name, [...maybe, ...found]);
    maybe.push(...open.map((part) => columnOfOpen(part, name)));
  }
  const item = itemOf(scope, name);
  if (item) return wholeRow(item);
  return maybe.length > 0 ? several(name, maybe) : unresolved(`no column ${name} is known`);
}

function several(name: string, values: readonly Value[]): Value {
  return values.length > 1 ? together([...values, ...manyHomes(name, values.length)]) : together(values);
}

/** The nearest relation of a name. */
export function itemOf(scope: Scope, name: string): Item | undefined {
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const item = level.space.items.find(({ names }) => names.includes(name));
    if (item) return item;
  }
  return undefined;
}

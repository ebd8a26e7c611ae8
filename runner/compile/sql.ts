import type { Node } from 'libpg-query';
import { afterCharacters } from '../util/places.ts';
import { identifier, quoted, type Relation } from '../util/sql.ts';
import { type Around, type SqlToken, syntaxHint } from './sql-hint.ts';
import { references } from './sql-references.ts';
import { isDeep, treeText } from './tree-text.ts';

/** A text that is exactly one query. */
export interface Query {
  /**
   * The parsed query as text, without the places of its parts: a comment or another layout does not change it, a
   * literal does. Of a query that is too deep to be read back, its SQL.
   */
  readonly tree: string;
  /** Where the query ends in the text, before a `;`, in UTF-16 units. */
  readonly end: number;
}

/** Why a text is not one query. */
export interface QueryProblem {
  /** `SQL_SYNTAX`: PostgreSQL cannot read it; `SQL_STATEMENT`: it is something else than one query. */
  readonly code: 'SQL_SYNTAX' | 'SQL_STATEMENT';
  readonly message: string;
  /** Where in the text, in UTF-16 units; its length when something is missing at the end. */
  readonly offset: number;
  readonly hint?: string | undefined;
}

export interface Parser {
  /** Reads a text as PostgreSQL 18 does: one SELECT, VALUES, TABLE or WITH … SELECT, which may end with `;`. */
  check(sql: string): Query | QueryProblem;
  /** What a text that is one query says; `undefined` for another one, or one too deep to be walked through. */
  parse(sql: string): Node | undefined;
  /** What the statements of a text say, be they queries or not; `undefined` where it can't be read or walked through. */
  statements(sql: string): readonly Node[] | undefined;
  /** See {@link replaceRelation}. */
  replaceRelation(sql: string, from: Relation, to: Relation): string;
}

/** PostgreSQL's own parser, loaded when it is first needed (about 30 ms); no server is asked. */
export function loadParser(): Promise<Parser> {
  loading ??= load();
  return loading;
}

let loading: Promise<Parser> | undefined;

/**
 * The query with another relation in the place of one: every reference in a FROM clause, by its schema or (in `public`)
 * without it, unless a WITH query of that name hides it. One without an alias gets the old name as its alias, so that
 * `name.column` stays right. A text that does not parse is returned as it is, and so is a name in a literal.
 */
export async function replaceRelation(sql: string, from: Relation, to: Relation): Promise<string> {
  return (await loadParser()).replaceRelation(sql, from, to);
}

type Library = typeof import('libpg-query');

async function load(): Promise<Parser> {
  const library = await import('libpg-query');
  await library.loadModule();
  return {
    check: (sql) => check(library, sql),
    parse: (sql) => {
      const [first, second] = statements(library, sql) ?? [];
      return second || notQuery(first, false) ? undefined : first;
    },
    statements: (sql) => statements(library, sql),
    replaceRelation: (sql, from, to) => replaceIn(library, sql, from, to),
  };
}

interface Statement {
  readonly stmt?: unknown;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

function check(library: Library, sql: string): Query | QueryProblem {
  const nul = sql.indexOf('\0');
  if (nul >= 0) return { code: 'SQL_SYNTAX', message: 'a character that SQL does not know (NUL)', offset: nul };
  if (sql.trim() === '') return empty(sql);
  let statements: readonly Statement[];
  try {
    statements = (library.parseSync(sql).stmts ?? []) as readonly Statement[];
  } catch (error) {
    if (!library.hasSqlDetails(error)) return { tree: sql, end: sql.length };
    const offset = afterCharacters(sql, error.sqlDetails?.cursorPosition ?? 0);
    return { code: 'SQL_SYNTAX', message: error.message, offset, hint: hintOf(library, sql, offset) };
  }
  const [first, second] = statements;
  if (!first) return empty(sql);
  const start = (at: number | undefined): number => firstToken(library, sql, at ?? 0);
  if (second) {
    const hint = 'A model is one query: what a second statement does belongs into another model.';
    const message = 'a second statement follows the query';
    return { code: 'SQL_STATEMENT', message, offset: start(second.stmt_location), hint };
  }
  const deep = isDeep(first.stmt);
  const problem = notQuery(first.stmt, deep);
  if (problem) {
    const offset = problem.byte === undefined ? start(first.stmt_location) : afterBytes(sql, problem.byte);
    return { code: 'SQL_STATEMENT', message: problem.message, offset, hint: NO_QUERY };
  }
  const end = first.stmt_len === undefined ? sql.length : afterBytes(sql, (first.stmt_location ?? 0) + first.stmt_len);
  return { tree: deep ? sql : treeText(first.stmt), end };
}

function statements(library: Library, sql: string): readonly Node[] | undefined {
  try {
    const found = (library.parseSync(sql).stmts ?? []).flatMap(({ stmt }) => stmt ?? []);
    return isDeep(found) ? undefined : found;
  } catch {
    return undefined;
  }
}

const NO_QUERY =
  'A model is a SELECT, VALUES or WITH … SELECT that changes nothing: the runner makes the table or view.';

/** What is wrong with a text without any statement. */
export const NOTHING = 'there is no query';

function empty(sql: string): QueryProblem {
  return { code: 'SQL_STATEMENT', message: NOTHING, offset: sql.length, hint: NO_QUERY };
}

/** What makes a statement something else than a query, and where, in bytes. */
function notQuery(statement: unknown, deep: boolean): { readonly message: string; readonly byte?: number } | undefined {
  const [kind, node] = only(statement);
  if (kind !== 'SelectStmt') return { message: `${named(kind)} is no query` };
  if (deep) return undefined;
  const { into, changes } = references(node);
  if (into !== undefined) return { message: 'SELECT INTO makes a table by itself', byte: into };
  if (changes) return { message: `${named(changes.kind)} in a WITH changes data`, byte: changes.byte };
  return undefined;
}

/** `InsertStmt` → `INSERT` */
function named(kind: string): string {
  return kind
    .replace(/Stmt$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

function only(node: unknown): readonly [string, unknown] {
  return Object.entries(node ?? {})[0] ?? ['', undefined];
}

function hintOf(library: Library, sql: string, offset: number): string {
  const parses = (text: string): boolean => {
    try {
      library.parseSync(text);
      return true;
    } catch {
      return false;
    }
  };
  return syntaxHint(sql, offset, around(library, sql, offset), parses);
}

function around(library: Library, sql: string, offset: number): Around {
  try {
    const tokens = tokensOf(library, sql);
    const byte = Buffer.byteLength(sql.slice(0, offset));
    const [before, at] = [tokens.findLast(({ start }) => start < byte), tokens.find(({ start }) => start >= byte)];
    const inText = (token: Token | undefined): SqlToken | undefined =>
      token && { text: token.text, start: afterBytes(sql, token.start), end: afterBytes(sql, token.end) };
    return { before: inText(before), at: inText(at) };
  } catch {
    return {};
  }
}

/** The UTF-16 offset of the first token that is no comment from a byte on. */
function firstToken(library: Library, sql: string, byte: number): number {
  const token = tokensOf(library, sql).find(({ start }) => start >= byte);
  return afterBytes(sql, token?.start ?? byte);
}

/** Without comments; places are in bytes. */
function tokensOf(library: Library, sql: string): readonly Token[] {
  return library.scanSync(sql).tokens.filter(({ tokenName }) => !tokenName.endsWith('_COMMENT'));
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function replaceIn(library: Library, sql: string, from: Relation, to: Relation): string {
  let found: ReturnType<typeof references>;
  let tokens: readonly Token[];
  try {
    found = references(library.parseSync(sql).stmts);
    tokens = tokensOf(library, sql);
  } catch {
    return sql;
  }
  const isFrom = (schema: string | undefined, name: string | undefined): boolean =>
    name === from.name && (schema ?? 'public') === from.schema;
  const edits = [
    ...found.relations
      .filter(({ schema, name, hidden }) => isFrom(schema, name) && !hidden)
      .map(({ byte, parts, alias }) => ({
        byte,
        parts,
        text: quoted(to),
        alias: alias ? '' : ` as ${identifier(from.name)}`,
      })),
    // The alias takes the schema's place: marts.orders.amount is then orders.amount.
    ...found.columns
      .filter(({ schema, name }) => schema !== undefined && isFrom(schema, name))
      .map(({ byte, parts }) => ({ byte, parts, text: identifier(from.name), alias: '' })),
  ];
  const bytes = Buffer.from(sql);
  const pieces: string[] = [];
  let done = 0;
  for (const { byte, parts, text, alias } of edits.toSorted((a, b) => a.byte - b.byte)) {
    const first = tokens.findIndex(({ start }) => start === byte);
    const end = tokens[first + 2 * (parts - 1)]?.end ?? byte;
    // `orders *` is an old way to write `orders`.
    const star = alias !== '' && tokens[first + 2 * parts - 1]?.text === '*';
    pieces.push(bytes.subarray(done, byte).toString(), text, star ? ' *' : '', alias);
    done = star ? (tokens[first + 2 * parts - 1]?.end ?? end) : end;
  }
  return [...pieces, bytes.subarray(done).toString()].join('');
}

/** UTF-16 offset of what follows so many bytes of UTF-8. */
function afterBytes(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length;
}

import { quoted, type Relation } from '../util/sql.ts';

/** What stands for the placeholders of a rendered body at one moment, on one target. */
export interface Binding {
  /** The relation of a model or seed, or the SQL of a model that stands in its place as a subquery. */
  readonly ref: (name: string) => Relation | Inlined;
  /** SQL of a source: a relation, or a subquery over the batch in force. */
  readonly source: (name: string) => string;
  readonly self: Relation;
}

export interface Inlined {
  readonly model: string;
  readonly bound: Bound;
}

/** A body as SQL that runs. */
export interface Bound {
  readonly sql: string;
  /** Where an offset in the SQL (UTF-16 units) comes from; of what stands for a relation, the start of its placeholder. */
  readonly origin: (offset: number) => BodyOffset;
}

/** An offset in a rendered body. */
export interface BodyOffset {
  /** The model whose body it is; `undefined` for the one that was bound. */
  readonly model?: string | undefined;
  readonly offset: number;
}

interface Piece {
  /** Where it starts in the SQL and in the body. */
  readonly inSql: number;
  readonly inBody: number;
  /** What stands for a placeholder. */
  readonly replaced?: Replacement;
}

interface Replacement {
  readonly sql: string;
  readonly inlined?: Inlined;
}

/** Before a subquery's SQL; its last line may be a comment, which must not swallow the parenthesis. */
const [BEFORE, AFTER] = ['(\n', '\n)'];

/** Replaces the placeholders of a body. */
export function bind(body: string, binding: Binding): Bound {
  const pieces: Piece[] = [];
  let [sql, done] = ['', 0];
  for (const found of body.matchAll(/"(ref|source|this):([^"]*)"/g)) {
    pieces.push({ inSql: sql.length, inBody: done });
    sql += body.slice(done, found.index);
    const replaced = replacement(binding, found[1] ?? '', found[2] ?? '');
    pieces.push({ inSql: sql.length, inBody: found.index, replaced });
    sql += replaced.sql;
    done = found.index + found[0].length;
  }
  pieces.push({ inSql: sql.length, inBody: done });
  return { sql: sql + body.slice(done), origin: (offset) => originOf(pieces, offset) };
}

function replacement(binding: Binding, kind: string, name: string): Replacement {
  if (kind === 'source') return { sql: binding.source(name) };
  const relation = kind === 'ref' ? binding.ref(name) : binding.self;
  return 'bound' in relation
    ? { sql: `${BEFORE}${relation.bound.sql}${AFTER}`, inlined: relation }
    : { sql: quoted(relation) };
}

function originOf(pieces: readonly Piece[], offset: number): BodyOffset {
  const piece = pieces.findLast(({ inSql }) => inSql <= offset);
  if (!piece) return { offset: 0 };
  if (!piece.replaced) return { offset: piece.inBody + offset - piece.inSql };
  const { inlined } = piece.replaced;
  const within = offset - piece.inSql - BEFORE.length;
  if (!inlined || within < 0 || within > inlined.bound.sql.length) return { offset: piece.inBody };
  const { model = inlined.model, offset: inner } = inlined.bound.origin(within);
  return { model, offset: inner };
}

import type { Bound } from '../compile/bind.ts';

/** What a piece of a script is, for an error that the server places in it. */
export type Piece =
  | {
      readonly kind: 'cell';
      /** The input's name; `null` for a cell of the expected rows. */
      readonly input: string | null;
      /** From 1. */
      readonly row: number;
      readonly column: string;
      readonly value: string | null;
      /** `null`: that of the model's own column. */
      readonly type: string | null;
      /** Of the row in the test's file. */
      readonly line: number;
    }
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'body'; readonly incremental: boolean; readonly origin: Bound['origin'] };

/** SQL that knows where its pieces are. */
export interface Script {
  readonly sql: string;
  /** `from` and `to` are offsets in `sql`, in characters as the server counts them (a surrogate pair is one). */
  readonly pieces: readonly { readonly from: number; readonly to: number; readonly piece: Piece }[];
}

export type Fragment = string | { readonly sql: string; readonly piece: Piece };

export function scriptOf(fragments: readonly Fragment[]): Script {
  const pieces: Script['pieces'][number][] = [];
  const parts: string[] = [];
  let length = 0;
  for (const fragment of fragments) {
    const sql = typeof fragment === 'string' ? fragment : fragment.sql;
    const from = length;
    length += [...sql].length;
    parts.push(sql);
    if (typeof fragment !== 'string') pieces.push({ from, to: length, piece: fragment.piece });
  }
  return { sql: parts.join(''), pieces };
}

/** The piece at a position that the server gave (from 1), with the offset in it. */
export function pieceAt(
  script: Script,
  position: number | undefined,
): { readonly piece: Piece; readonly offset: number } | undefined {
  if (position === undefined) return undefined;
  const found = script.pieces.find(({ from, to }) => from <= position - 1 && position - 1 < to);
  return found && { piece: found.piece, offset: position - 1 - found.from };
}

export function joined(items: readonly (readonly Fragment[])[], separator: string): readonly Fragment[] {
  return items.flatMap((item, index) => (index === 0 ? item : [separator, ...item]));
}

import { createHash, type Hash } from 'node:crypto';
import type { RawRow } from './types.ts';

/** Bytes of a piece: worth a write, and the server has work while the next one is made. */
const PIECE = 128 * 1024;
/** Rows that are awaited one by one before they are written together. */
const BATCH = 500;
const TAB = 9;
const NEWLINE = 10;
const ZERO = 48;
const BACKSLASH = 92;
const LETTER_N = 78;

/**
 * Rows in the text format of COPY, in pieces of whole rows: `number`, then the cells; tab between values, `\N` for NULL,
 * newline at the end. Latin letters, which most of it are, are written byte by byte: half the time of making strings of
 * them first.
 * @throws Error for a row that has not as many cells as there are columns
 */
export async function* copyRows(
  rows: AsyncIterable<RawRow> | Iterable<RawRow>,
  width: number,
): AsyncGenerator<Buffer, void, undefined> {
  // Awaiting each row of what is there already would cost as much as writing it.
  if (Symbol.iterator in rows) return yield* pieces(rows, width);
  let batch: RawRow[] = [];
  for await (const row of rows) {
    if (batch.push(row) < BATCH) continue;
    yield* pieces(batch, width);
    batch = [];
  }
  yield* pieces(batch, width);
}

/** For the rows of a source. The names count too: the same cells under other names are other rows. */
export function contentHash(columns: readonly string[]): Hash {
  return createHash('sha256').update(`${columns.join('\t')}\n`);
}

/** The pieces as they are, each hashed as it goes by. */
export async function* hashed(pieces: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

/** One loop with its own variables: calls for each cell take half as long again. */
function* pieces(rows: Iterable<RawRow>, width: number): Generator<Buffer, void, undefined> {
  let piece = Buffer.allocUnsafe(PIECE);
  let at = 0;
  for (const { number, cells } of rows) {
    if (cells.length !== width)
      throw new Error(`the loader gave ${cells.length} cells for ${width} columns in row ${number}`);
    // Of one UTF-16 unit three bytes of UTF-8 at the most, or two with a backslash.
    let size = 30;
    for (let index = 0; index < width; index += 1) size += 3 * (cells[index]?.length ?? 1) + 1;
    if (at + size > piece.length) {
      if (at > 0) yield piece.subarray(0, at);
      piece = Buffer.allocUnsafe(Math.max(PIECE, size));
      at = 0;
    }
    at = writeDigits(piece, at, number);
    for (let index = 0; index < width; index += 1) {
      piece[at++] = TAB;
      const cell = cells[index] ?? null;
      if (cell === null) {
        piece[at++] = BACKSLASH;
        piece[at++] = LETTER_N;
        continue;
      }
      const start = at;
      let unit = 0;
      for (; unit < cell.length; unit += 1) {
        const code = cell.charCodeAt(unit);
        if (code >= 32 && code < 128 && code !== BACKSLASH) piece[at++] = code;
        else if (code >= 128 && code < 0x800) {
          piece[at++] = 0xc0 | (code >> 6);
          piece[at++] = 0x80 | (code & 0x3f);
        } else break;
      }
      if (unit < cell.length) at = start + piece.write(escaped(cell), start);
    }
    piece[at++] = NEWLINE;
  }
  if (at > 0) yield piece.subarray(0, at);
}

/** @returns the place behind the number */
function writeDigits(piece: Buffer, at: number, number: number): number {
  let end = at + 1;
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) end += 1;
  for (let place = end - 1, rest = number; place >= at; place -= 1, rest = Math.floor(rest / 10))
    piece[place] = ZERO + (rest % 10);
  return end;
}

function escaped(cell: string): string {
  return cell.replace(/[\\\t\n\r]/g, (sign) => ESCAPED[sign] ?? sign);
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

import { createHash, type Hash } from 'node:crypto';
import type { RawRow } from './types.ts';

/** Bytes of a piece: worth a write, and the server has work while the next one is made. */
const PIECE = 128 * 1024;
/** Rows that are awaited one by one before they are written together. */
const BATCH = 500;
const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;
const LETTER_N = 78;

/**
 * Rows in the text format of COPY, in pieces of whole rows: `number`, then the cells; tab between values, `\N` for NULL,
 * newline at the end. ASCII, which is most of it, is written byte by byte: half the time of making strings of it first.
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

function* pieces(rows: Iterable<RawRow>, width: number): Generator<Buffer, void, undefined> {
  let piece = Buffer.allocUnsafe(PIECE);
  let at = 0;
  for (const row of rows) {
    if (row.cells.length !== width)
      throw new Error(`the loader gave ${row.cells.length} cells for ${width} columns in row ${row.number}`);
    const size = sizeLimit(row);
    if (at + size > piece.length) {
      if (at > 0) yield piece.subarray(0, at);
      piece = Buffer.allocUnsafe(Math.max(PIECE, size));
      at = 0;
    }
    at = writeRow(piece, at, row);
  }
  if (at > 0) yield piece.subarray(0, at);
}

/** Of one UTF-16 unit three bytes of UTF-8 at the most, or two with a backslash. */
function sizeLimit({ cells }: RawRow): number {
  let units = 20;
  for (const cell of cells) units += cell === null ? 1 : cell.length;
  return 3 * units + cells.length;
}

/** @returns where the next row starts */
function writeRow(piece: Buffer, start: number, { number, cells }: RawRow): number {
  let at = writeCell(piece, start, String(number));
  for (let index = 0; index < cells.length; index += 1) {
    piece[at] = TAB;
    const cell = cells[index] ?? null;
    if (cell === null) {
      piece[at + 1] = BACKSLASH;
      piece[at + 2] = LETTER_N;
      at += 3;
    } else at = writeCell(piece, at + 1, cell);
  }
  piece[at] = NEWLINE;
  return at + 1;
}

function writeCell(piece: Buffer, start: number, cell: string): number {
  for (let index = 0; index < cell.length; index += 1) {
    const code = cell.charCodeAt(index);
    if (code < 32 || code > 126 || code === BACKSLASH) return start + piece.write(escaped(cell), start);
    piece[start + index] = code;
  }
  return start + cell.length;
}

function escaped(cell: string): string {
  return cell.replace(/[\\\t\n\r]/g, (sign) => ESCAPED[sign] ?? sign);
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

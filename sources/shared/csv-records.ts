/** Why a text is no CSV: `column` is that of the cell at fault, from 0, in the record after those that were given. */
export class RecordFault extends Error {
  readonly kind: 'quote not closed' | 'quote misplaced' | 'record too long';
  readonly column: number;

  constructor(kind: RecordFault['kind'], column: number) {
    super(kind);
    this.kind = kind;
    this.column = column;
  }
}

/** Characters after which a record is given up, so that a quote that never closes doesn't fill the memory. */
const MAX_RECORD = 16_000_000;

/**
 * The records of a CSV, of any number of cells. They end with CRLF, LF or CR; a quote stands around a whole cell, or
 * twice within one, and nowhere else. docs/decisions/0020 says why no library reads them.
 * @param pieces the text, cut anywhere
 * @throws RecordFault
 */
export function* csvRecords(pieces: Iterable<string>, delimiter: string): Generator<string[], void, undefined> {
  let text = '';
  let wanted = 0;
  for (const piece of pieces) {
    text += piece;
    if (text.length < wanted) continue;
    const { rest, column } = yield* recordsOf(text, delimiter, false);
    if (rest.length > MAX_RECORD) throw new RecordFault('record too long', column);
    // A record that goes on is read from its start again: with twice the text each time, that stays cheap.
    wanted = 2 * rest.length;
    text = rest;
  }
  yield* recordsOf(text, delimiter, true);
}

interface Unfinished {
  /** The record that the end of the text cuts off. */
  readonly rest: string;
  /** The cell that it ends in. */
  readonly column: number;
}

function* recordsOf(text: string, delimiter: string, isLast: boolean): Generator<string[], Unfinished, undefined> {
  // Where the next of each stands, looked for again once it is passed.
  let quote = -1;
  let lf = -1;
  let cr = -1;
  const find = (sign: string, from: number): number => {
    const at = text.indexOf(sign, from);
    return at < 0 ? text.length : at;
  };
  const lineEnd = (from: number): number => {
    if (lf < from) lf = find('\n', from);
    if (cr < from) cr = find('\r', from);
    return Math.min(lf, cr);
  };
  /** Where the next record starts, behind a line end; the end of the text may cut a CRLF in two. */
  const behind = (end: number): number => {
    if (text[end] !== '\r') return end + 1;
    return end + (text[end + 1] === '\n' ? 2 : 1);
  };
  const isCut = (end: number): boolean =>
    !isLast && (end >= text.length || (end === text.length - 1 && text[end] === '\r'));

  let start = 0;
  while (start < text.length) {
    const end = lineEnd(start);
    if (quote < start) quote = find('"', start);
    if (quote > end) {
      if (isCut(end)) return { rest: text.slice(start), column: 0 };
      yield text.slice(start, end).split(delimiter);
      start = behind(end);
      continue;
    }
    const cells: string[] = [];
    for (let at = start; ; ) {
      const isQuoted = text[at] === '"';
      const close = isQuoted ? closingQuote(text, at + 1) : -1;
      if (isQuoted && close < 0) {
        if (isLast) throw new RecordFault('quote not closed', cells.length);
        return { rest: text.slice(start), column: cells.length };
      }
      const cellEnd = isQuoted ? close + 1 : Math.min(lineEnd(at), find(delimiter, at));
      if (isCut(cellEnd)) return { rest: text.slice(start), column: cells.length };
      const cell = isQuoted ? text.slice(at + 1, close) : text.slice(at, cellEnd);
      if (cell.includes('"')) {
        if (!isQuoted) throw new RecordFault('quote misplaced', cells.length);
        cells.push(cell.replaceAll('""', '"'));
      } else cells.push(cell);
      if (text[cellEnd] === delimiter) {
        at = cellEnd + 1;
        continue;
      }
      if (cellEnd < text.length && lineEnd(cellEnd) !== cellEnd)
        throw new RecordFault('quote misplaced', cells.length - 1);
      yield cells;
      start = behind(cellEnd);
      break;
    }
  }
  return { rest: '', column: 0 };
}

/** The first quote that is not written twice; -1 when there is none, or when what follows it is not known yet. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return -1;
}

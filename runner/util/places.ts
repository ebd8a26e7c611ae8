/** A place in a text file, with the text of its line. Lines and columns count from 1, columns in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
  readonly source: string;
}

/** The place of an offset (UTF-16 units). A line ends with LF or CRLF. */
export function placeAt(text: string, offset: number): TextPlace {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(0, start).split('\n').length;
  return { line, column: offset - start + 1, source: lineOf(text, line) };
}

/** The offset of a place, both of which count from 1. */
export function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}

/** The place where a text first stands in another, `undefined` when it does not. */
export function placeOf(text: string, sought: string): TextPlace | undefined {
  const offset = text.indexOf(sought);
  return offset < 0 ? undefined : placeAt(text, offset);
}

/** The text of a line, from 1, without its end; empty when there is no such line. */
export function lineOf(text: string, line: number): string {
  return text.split(/\r?\n/)[line - 1] ?? '';
}

/** UTF-16 offset of what follows so many characters, as PostgreSQL counts them. */
export function afterCharacters(text: string, characters: number): number {
  let offset = 0;
  for (let count = 0; count < characters && offset < text.length; count += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** A plain value without the files and lines that its faults point at: what moves in a file stays the same. */
export function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => (key === 'line' || key === 'file' ? undefined : part)),
  );
}

import { quotedList, sourceFault } from './fault.ts';

const HEADER_HINTS = {
  CSV: 'The headers stand in the first row, separated by , ; or tab; case, accents and order are free.',
  EXCEL: 'Give the column its header again; case, accents and the order of the columns are free.',
  GSHEET: 'Give the question its name again; case, accents and the order of the columns are free.',
};

/** The header that stands above a column of the source, as the people who keep the file write it. */
export interface WantedHeader {
  readonly column: string;
  readonly header: string;
}

/** The cells of a row, `null` for an empty one. */
export type Cells = readonly (string | null)[];

export interface HeaderMatch {
  /** For each wanted header, in order, the 0-based position of its cell; -1 when it is missing or there twice. */
  readonly positions: readonly number[];
  readonly missing: readonly string[];
  readonly twice: readonly string[];
}

/** Columns that stand under their own name. */
export function ownHeaders(columns: readonly string[]): readonly WantedHeader[] {
  return columns.map((column) => ({ column, header: column }));
}

/**
 * The headers of the columns that sources.yml lists, in its order.
 * @throws when it lists one that the loader doesn't know
 */
export function wantedColumns(
  columns: readonly string[],
  known: readonly WantedHeader[],
  source: string,
): readonly WantedHeader[] {
  return columns.map((column) => {
    const header = known.find((candidate) => candidate.column === column);
    if (header !== undefined) return header;
    throw sourceFault(`The loader of ${source} doesn't know the column ${column}.`, {
      code: 'SOURCE_COLUMN_UNKNOWN',
      place: 'sources/sources.yml',
      expected: known.map((candidate) => candidate.column).join(', '),
      found: column,
      hint: 'Correct the name under columns:, or teach the loader its header.',
    });
  });
}

/** Finds the wanted headers in a row, whatever the order and whatever else stands there. */
export function matchHeaders(cells: Cells, wanted: readonly WantedHeader[]): HeaderMatch {
  const places = new Map<string, number[]>();
  for (const [index, cell] of cells.entries()) {
    const key = normalizeHeader(cell ?? '');
    if (key !== '') places.set(key, [...(places.get(key) ?? []), index]);
  }
  const found = wanted.map(({ header }) => places.get(normalizeHeader(header)) ?? []);
  const named = (test: (count: number) => boolean): string[] =>
    wanted.filter((_, index) => test(found[index]?.length ?? 0)).map(({ header }) => header);
  return {
    positions: found.map((list) => (list.length === 1 ? (list[0] ?? -1) : -1)),
    missing: named((count) => count === 0),
    twice: named((count) => count > 1),
  };
}

export function isComplete(match: HeaderMatch): boolean {
  return match.missing.length + match.twice.length === 0;
}

export function isBlank(cells: Cells): boolean {
  return cells.every((cell) => cell === null || cell.trim() === '');
}

/** Case, accents, `_`, repeated or surrounding spaces and the shape of the apostrophe make no difference. */
export function normalizeHeader(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’ʼ´`]/g, "'")
    .replace(/[_\s]+/g, ' ')
    .trim()
    .toLowerCase();
}

/** A fault about a row of headers that lacks some, or that has one twice. */
export function headersWrong(
  kind: keyof typeof HEADER_HINTS,
  place: string,
  cells: Cells,
  { missing, twice }: HeaderMatch,
  wanted: readonly WantedHeader[],
): Error {
  const isMissing = missing.length > 0;
  return sourceFault(
    isMissing
      ? `A header is missing: ${describeMissing(missing, cells, wanted)}.`
      : `A header is there twice: ${quotedList(twice)}.`,
    {
      code: `${kind}_HEADER_${isMissing ? 'MISSING' : 'TWICE'}`,
      place,
      expected: `the headers ${quotedList(wanted.map(({ header }) => header))}, each once`,
      found: describeRow(cells, wanted),
      hint: isMissing ? HEADER_HINTS[kind] : 'Rename or remove the column that is too many.',
    },
  );
}

/** The missing headers, each with the near name that the row has instead, if any. */
export function describeMissing(missing: readonly string[], cells: Cells, wanted: readonly WantedHeader[]): string {
  const isTaken = new Set(wanted.map(({ header }) => normalizeHeader(header)));
  const free = isHeaderRow(cells, wanted) ? filled(cells).filter((cell) => !isTaken.has(normalizeHeader(cell))) : [];
  return missing
    .map((header) => {
      const near = nearest(header, free);
      return near === undefined ? `"${header}"` : `"${header}" (near: "${near}")`;
    })
    .join(', ');
}

/** The row's cells when it is a row of headers, else only their number: a person's data must not get into a message. */
export function describeRow(cells: Cells, wanted: readonly WantedHeader[]): string {
  const texts = filled(cells);
  if (texts.length === 0) return 'nothing';
  if (!isHeaderRow(cells, wanted)) return `${texts.length} cells that look like data, not shown`;
  return quotedList(texts.slice(0, 30).map((cell) => cell.slice(0, 60)));
}

/** A row with a wanted header is one; so is a row of words alone, since a row about a person holds digits. */
function isHeaderRow(cells: Cells, wanted: readonly WantedHeader[]): boolean {
  return matchHeaders(cells, wanted).missing.length < wanted.length || filled(cells).every((cell) => !/\d/.test(cell));
}

function filled(cells: Cells): readonly string[] {
  return cells.flatMap((cell) => (cell === null || cell.trim() === '' ? [] : [cell.trim()]));
}

function nearest(header: string, cells: readonly string[]): string | undefined {
  const target = normalizeHeader(header);
  const limit = Math.max(1, Math.floor(target.length / 3));
  const [best] = cells
    .filter((cell) => cell.length <= 100)
    .map((cell) => ({ cell, distance: editDistance(target, normalizeHeader(cell)) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance);
  return best?.cell;
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

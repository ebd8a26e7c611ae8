const LAST_ROW = 1_048_576;
const LAST_COLUMN = 16_384;
/** Headers further to the right are not looked for, so that a stray cell in XFD makes no row long. */
const MAX_COLUMNS = 1000;
/** The last day of the calendar of 1904, 9999-12-31: what is above is a number, whatever its format. */
const LAST_DAY = 2_957_003;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const REFERENCE = /^([A-Z]{1,3})(\d{1,7})$/;
const ISO_DATE = /^(\d{4}-\d\d-\d\d)?(?:(?:^|T)(\d\d:\d\d:\d\d)(?:\.\d+)?)?Z?$/;

interface CellWriter {
  readonly openRow: (number: string | undefined) => void;
  readonly openCell: (reference: string | undefined) => void;
  /** The cell as XML; nothing for one without a value. */
  readonly closeCell: (type: string | undefined, style: string | undefined, text: string | undefined) => string;
  readonly closeRow: () => string;
}

/**
 * Puts the cells of a sheet in their places, each of which comes once and in order; a number left out is the next one.
 * Formulas are gone: each cell is a plain value of the type of its result.
 */
export function cellWriter(sharedTexts: number, unreadable: (found: string) => Error): CellWriter {
  let row = 0;
  let column = 0;
  let isRowWritten = false;

  return {
    openRow: (number) => {
      const next = number === undefined ? row + 1 : Number(number);
      if (!Number.isInteger(next) || next <= row || next > LAST_ROW) throw unreadable('a row out of place');
      row = next;
      column = 0;
      isRowWritten = false;
    },
    openCell: (reference) => {
      const [, letters, number] = (reference === undefined ? undefined : REFERENCE.exec(reference)) ?? [];
      const next = letters === undefined ? column + 1 : columnNumber(letters);
      const isPlaced = reference === undefined || Number(number) === row;
      if (!isPlaced || next <= column || next > LAST_COLUMN) throw unreadable('a cell out of place');
      column = next;
    },
    closeCell: (type, style, text) => {
      const plain = text === undefined ? undefined : plainCell(type ?? 'n', text, sharedTexts);
      if (plain === null) throw unreadable('a value that is not of the type of its cell');
      if (plain === undefined || column > MAX_COLUMNS) return '';
      const start = isRowWritten ? '' : `<row r="${row}">`;
      isRowWritten = true;
      const styled = plain.isDated && style !== undefined ? ` s="${escapeXml(style)}"` : '';
      return `${start}<c r="${columnLetters(column)}${row}" t="${plain.type}"${styled}><v>${escapeXml(plain.text)}</v></c>`;
    },
    closeRow: () => (isRowWritten ? '</row>' : ''),
  };
}

interface PlainCell {
  readonly type: string;
  readonly text: string;
  /** Whether the format of the cell may make a date of the number. */
  readonly isDated?: boolean;
}

/** Undefined for an empty cell, null when the value is not of its type. */
function plainCell(type: string, text: string, sharedTexts: number): PlainCell | undefined | null {
  // exceljs undoes `&amp;` in these a second time.
  const asText = (value: string): PlainCell => ({ type: 'str', text: value.replaceAll('&', '&amp;') });
  if (type === 'str' || type === 'inlineStr') return asText(text);
  const value = text.trim();
  if (value === '') return undefined;
  switch (type) {
    case 'n': {
      const number = Number(value);
      if (!NUMBER.test(value) || !Number.isFinite(number)) return null;
      return { type, text: value, isDated: number >= 0 && number <= LAST_DAY };
    }
    case 's':
      return /^\d+$/.test(value) && Number(value) < sharedTexts ? { type, text: value } : null;
    case 'b':
      return ['1', 'true', '0', 'false'].includes(value)
        ? { type, text: value === '1' || value === 'true' ? '1' : '0' }
        : null;
    case 'e':
      return { type, text: value };
    case 'd': {
      const [isDate, day, time] = ISO_DATE.exec(value) ?? [];
      if (!isDate) return null;
      return asText([day, day !== undefined && time === '00:00:00' ? undefined : time].filter(Boolean).join(' '));
    }
    default:
      return null;
  }
}

function columnNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

function columnLetters(column: number): string {
  const rest = Math.floor((column - 1) / 26);
  return (rest > 0 ? columnLetters(rest) : '') + String.fromCharCode(65 + ((column - 1) % 26));
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

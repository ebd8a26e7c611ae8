// Random cells of a sheet, each with the text that should come out of it. The text is made of the digits that were drawn,
// and the number of the cell of the text: the code under test goes the other way.
import fc from 'fast-check';
import { type FormattedNumber, type GridCell, serialOf } from './sheet-grid.ts';

export interface TypedText {
  readonly cell: GridCell;
  readonly text: string | null;
}

type Format = Pick<FormattedNumber, 'type' | 'pattern'>;

const DAYS: readonly Format[] = [
  { type: 'DATE', pattern: 'dd/MM/yyyy' },
  { type: 'DATE', pattern: 'M/d/yyyy' },
  { type: 'DATE', pattern: '[$-es-ES]dd "h" mm yy' },
  { type: 'DATE', pattern: '' },
  { pattern: 'dd/MM/yyyy' },
];
const MOMENTS: readonly Format[] = [
  { type: 'DATE_TIME', pattern: 'dd/MM/yyyy HH:mm:ss' },
  { type: 'DATE_TIME', pattern: '[$-de-DE]dd.mm.yyyy [h]:mm' },
  { type: 'DATE_TIME', pattern: '' },
  { pattern: 'd/M/yyyy H:mm' },
];
const TIMES: readonly Format[] = [
  { type: 'TIME', pattern: 'HH:mm' },
  { type: 'TIME', pattern: '[$-de-DE]hh:mm:ss' },
  { type: 'TIME', pattern: '[Red][h]:mm:ss' },
  { type: 'NUMBER', pattern: '[hh]:mm:ss' },
  { type: 'TIME', pattern: '' },
];

export function textCells(texts: fc.Arbitrary<string>): fc.Arbitrary<TypedText> {
  return texts.map((text) => ({ cell: text, text: text.replaceAll('\0', '\uFFFD') || null }));
}

/** A day of a calendar, at midnight or later. */
export function dayCells(days = anyDay()): fc.Arbitrary<TypedText> {
  return fc.tuple(days, fc.nat(86_398), noise(), fc.constantFrom(...DAYS)).map(([day, second, part, format]) => ({
    cell: { ...format, serial: serialOf(`${day}T00:00:00`) + (second + Math.max(0, part)) / 86_400 },
    text: french(day),
  }));
}

/** A moment, up to half a second from the one that is told. */
export function momentCells(days = anyDay()): fc.Arbitrary<TypedText> {
  return fc.tuple(days, clock(23), noise(), fc.constantFrom(...MOMENTS)).map(([day, time, part, format]) => ({
    cell: { ...format, serial: serialOf(`${day}T${time}`) + part / 86_400 },
    text: `${french(day)} ${time}`,
  }));
}

/** A time or a duration, to the nearest second too. */
export function durationCells(maxHours: number): fc.Arbitrary<TypedText> {
  return fc
    .tuple(fc.constantFrom('', '', '', '-'), clock(maxHours), noise(), fc.constantFrom(...TIMES))
    .map(([sign, time, part, format]) => {
      const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
      const days = hours / 24 + minutes / 1_440 + (seconds + part) / 86_400;
      return {
        cell: { ...format, serial: sign === '-' ? -days : days },
        text: time === '00:00:00' ? time : `${sign}${time}`,
      };
    });
}

/** A number of up to 14 digits with zeros before or behind, as it is, in a format or as a percentage. */
export function numberCells(maxZeros = 30): fc.Arbitrary<TypedText> {
  const digits = fc.tuple(fc.nat(999_999), fc.nat(99_999_999)).map(([first, last]) => `${first || ''}${last || 1}`);
  const drawn = fc.tuple(fc.constantFrom('', '', '-'), digits, fc.integer({ min: -maxZeros, max: maxZeros }));
  return fc.tuple(drawn, fc.constantFrom('plain', 'format', 'percent')).map(([[sign, all, zeros], shown]) => {
    const text = sign + shifted(all, zeros);
    if (shown === 'plain') return { cell: Number(text), text };
    if (shown === 'format') return { cell: { type: 'NUMBER', pattern: '0.0" days"', serial: Number(text) }, text };
    return { cell: { type: 'PERCENT', pattern: '0%', serial: Number(`${sign}${all}e${zeros - 2}`) }, text: `${text}%` };
  });
}

/** What is no text, no number and no moment. */
export function otherCells(): fc.Arbitrary<TypedText> {
  const far = fc.constantFrom(3e6, -7e5, 1e300, -1e12);
  return fc.oneof(
    fc.constantFrom<TypedText>(
      { cell: null, text: null },
      { cell: true, text: 'TRUE' },
      { cell: false, text: 'FALSE' },
      { cell: { error: 'N_A' }, text: '#N/A' },
      { cell: { error: 'DIVIDE_BY_ZERO' }, text: '#DIV/0!' },
      { cell: { error: 'NEW' }, text: '#ERROR!' },
    ),
    far.map((serial): TypedText => ({ cell: { serial, type: 'DATE', pattern: 'dd/MM/yyyy' }, text: '#NUM!' })),
  );
}

/** In ISO, from the year 1 to 9999. */
function anyDay(): fc.Arbitrary<string> {
  const year = fc.oneof(fc.integer({ min: 1900, max: 2100 }), fc.integer({ min: 1, max: 9999 }));
  return fc.tuple(year, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 })).map(([y, month, day]) => {
    return `${String(y).padStart(4, '0')}-${two(month)}-${two(day)}`;
  });
}

function clock(maxHours: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(maxHours), fc.nat(59), fc.nat(59))
    .map(([hours, minutes, seconds]) => [hours, minutes, seconds].map(two).join(':'));
}

/** Less than half a second: no text shows it. */
function noise(): fc.Arbitrary<number> {
  return fc.constantFrom(0, 0, 0.4, -0.4, 0.001);
}

/** Moves the decimal point of a whole number; zeros that say nothing are left out. */
function shifted(digits: string, zeros: number): string {
  if (zeros >= 0) return digits + '0'.repeat(zeros);
  const padded = digits.padStart(1 - zeros, '0');
  const fraction = padded.slice(zeros).replace(/0+$/, '');
  return padded.slice(0, zeros) + (fraction === '' ? '' : `.${fraction}`);
}

function french(day: string): string {
  return day.split('-').reverse().join('/');
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}

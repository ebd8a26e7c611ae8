import { describe, expect, it } from 'vitest';
import { apiCell, type GridCell, serialOf } from '../../runner/test/services/sheet-grid.ts';
import { typedCellText } from './typed-cell.ts';

const shown = (
  serial: number,
  pattern: string,
  type?: 'DATE' | 'TIME' | 'DATE_TIME' | 'NUMBER' | 'PERCENT',
): GridCell => (type === undefined ? { serial, pattern } : { serial, pattern, type });
const AT = serialOf('2026-11-24T18:05:09');

describe('a typed cell of a sheet is', () => {
  it.each<[string, GridCell, string | null]>([
    ['a text as it is', ' Fabre\n"é" 💪 ', ' Fabre\n"é" 💪 '],
    ['a text that looks like a number as it is', '1e3', '1e3'],
    ['empty', null, null],
    ['empty when its text is', '', null],
    ['a text whose NUL is shown', 'a\0b', 'a\uFFFDb'],
    ['true', true, 'TRUE'],
    ['false', false, 'FALSE'],
    ['the name of its error', { error: 'N_A' }, '#N/A'],
    ['an error of a kind that is new', { error: 'LOADING' }, '#ERROR!'],
    ['a decimal', 5.2, '5.2'],
    ['zero', 0, '0'],
    ['a decimal without noise', 0.1 + 0.2, '0.3'],
    ['a decimal without exponent', 1e21, '1000000000000000000000'],
    ['a negative decimal', -3, '-3'],
    ['a percentage, which is no distance', shown(0.5, '0%', 'PERCENT'), '50%'],
    ['a number with its own format', shown(10.5, '0.0" km"', 'NUMBER'), '10.5'],
    ['a day', shown(46_058, 'dd/MM/yyyy', 'DATE'), '05/02/2026'],
    ['the day of a moment shown as one', shown(AT, 'dd/MM/yyyy', 'DATE'), '24/11/2026'],
    ['a day of an American sheet', shown(46_058, 'M/d/yyyy', 'DATE'), '05/02/2026'],
    ['a day before 1900', shown(-1, 'dd/MM/yyyy', 'DATE'), '29/12/1899'],
    ['a day of no calendar', shown(1e300, 'dd/MM/yyyy', 'DATE'), '#NUM!'],
    ['a moment', shown(AT, 'dd/MM/yyyy HH:mm:ss', 'DATE_TIME'), '24/11/2026 18:05:09'],
    [
      'a moment, to the nearest second',
      shown(AT + 0.4 / 86_400, 'dd/MM/yyyy HH:mm:ss', 'DATE_TIME'),
      '24/11/2026 18:05:09',
    ],
    [
      'a moment that rounds into the next day',
      shown(46_057.999_999, 'dd/MM/yyyy HH:mm:ss', 'DATE_TIME'),
      '05/02/2026 00:00:00',
    ],
    ['a time', shown(0.75, 'HH:mm:ss', 'TIME'), '18:00:00'],
    ['a time shown without seconds', shown(1.5 / 24, 'HH:mm', 'TIME'), '01:30:00'],
    ['a time of an American sheet', shown(0.75, 'h:mm:ss am/pm', 'TIME'), '18:00:00'],
    ['a duration', shown(0.5 / 24, '[hh]:mm:ss', 'TIME'), '00:30:00'],
    ['a duration over a day', shown(30 / 24, '[h]:mm:ss', 'TIME'), '30:00:00'],
    ['a duration whatever the type of its format', shown(30 / 24, '[h]:mm:ss', 'NUMBER'), '30:00:00'],
    ['a negative duration', shown(-1.5 / 24, '[h]:mm:ss', 'TIME'), '-01:30:00'],
    ['a duration of a third of a second less', shown((3600 - 0.3) / 86_400, '[h]:mm:ss', 'TIME'), '01:00:00'],
    ['a duration in a format with a locale', shown(1.5 / 24, '[$-de-DE]hh:mm:ss', 'TIME'), '01:30:00'],
    ['a duration over a day in one', shown(30 / 24, '[$-de-DE][h]:mm:ss', 'TIME'), '30:00:00'],
    ['a day in a format with a locale', shown(46_058, '[$-es-ES]dd/mm/yyyy', 'DATE'), '05/02/2026'],
    ['a day in a format with a numbered locale', shown(46_058, '[$-40C]d mmmm yyyy', 'DATE'), '05/02/2026'],
    ['a day in a format with a locale after its text', shown(46_058, '"[h" [$-sh-HS]dd/mm/yy', 'DATE'), '05/02/2026'],
    ['a duration in red', shown(30 / 24, '[Red][h]:mm', 'TIME'), '30:00:00'],
    ['a day in a colour or another', shown(46_058, '[Cyan][<46000]dd/mm/yyyy', 'DATE'), '05/02/2026'],
    ['a moment with brackets round its hours', shown(AT, 'dd/mm/yyyy [h]:mm', 'DATE_TIME'), '24/11/2026 18:05:09'],
    ['an amount of money', shown(10.5, '[$$-409]#,##0.00', 'NUMBER'), '10.5'],
    ['a day whose format is not told', shown(46_058, 'dd/MM/yyyy'), '05/02/2026'],
    ['a duration whose format is not told', shown(1.25, '[hh]:mm:ss'), '30:00:00'],
  ])('%s', (_, cell, text) => expect(typedCellText(apiCell(cell, 'fr_FR'))).toBe(text));

  it('what its type says when its pattern is not told', () => {
    const cell = (type: string) => ({
      effectiveValue: { numberValue: 46_058.5 },
      effectiveFormat: { numberFormat: { type } },
    });
    expect(typedCellText(cell('DATE'))).toBe('05/02/2026');
    expect(typedCellText(cell('DATE_TIME'))).toBe('05/02/2026 12:00:00');
    expect(typedCellText(cell('TIME'))).toBe('1105404:00:00');
  });
});

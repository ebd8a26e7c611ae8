import { describe, expect, it } from 'vitest';
import { drawNumber } from './numbers.ts';

describe('a number in a diff', () => {
  it.each([
    ['146633.5', '#,##0.00 "€"', '146,633.50 €'],
    ['-29326.70', '#,##0.00 "€"', '-29,326.70 €'],
    ['0.05', '0.0 %', '5.0 %'],
    ['0.0525', '0.0 %', '5.25 %'],
    ['1', '0 %', '100 %'],
    ['213.125', '#,##0.00 "€"', '213.125 €'],
    ['1234567', '#,##0', '1,234,567'],
    ['12345678901234567890.01', '#,##0.00', '12,345,678,901,234,567,890.01'],
    ['1500.00', null, '1,500.00'],
    ['15', null, '15'],
    ['2026-01-01', 'dd/mm/yyyy', '2026-01-01'],
    ['a text', '#,##0', 'a text'],
    [null, '#,##0', 'none'],
  ])('%s by %s is %s', (cell, format, drawn) => {
    expect(drawNumber(cell, format)).toBe(drawn);
  });

  it('that is a difference has its sign, in points where it is one of percentages', () => {
    expect(drawNumber('8.5', '#,##0.00 "€"', true)).toBe('+8.50 €');
    expect(drawNumber('-8.5', null, true)).toBe('-8.5');
    expect(drawNumber('0.00', null, true)).toBe('0.00');
    expect(drawNumber('0.01', '0.0 %', true)).toBe('+1.0 points');
  });
});

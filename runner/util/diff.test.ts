import { describe, expect, it } from 'vitest';
import { diffLines, shortDiff } from './line-diff.ts';
import { sqlLines } from './sql-lines.ts';

describe('a diff of lines', () => {
  it.each([
    ['a b c', 'a b c', ' a  b  c'],
    ['a b c', 'a x c', ' a -b +x  c'],
    ['', 'a b', '+a +b'],
    ['a b', '', '-a -b'],
    ['a b c d', 'b c d e', '-a  b  c  d +e'],
    ['a a b', 'a b b', ' a -a  b +b'],
  ])('from "%s" to "%s" is the shortest way', (before, after, expected) => {
    const words = (text: string): string[] => text.split(' ').filter(Boolean);
    const drawn = diffLines(words(before), words(after)).map(({ sign, text }) => `${sign}${text}`);
    expect(drawn.join(' ')).toBe(expected);
  });

  it('shows only what is near a change', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => String(index));
    const edited = numbers.map((text) => (text === '5' ? 'five' : text === '15' ? 'fifteen' : text));
    expect(shortDiff(numbers, edited)).toBe(
      ['  4', '- 5', '+ five', '  6', '  …', '  14', '- 15', '+ fifteen', '  16'].join('\n'),
    );
  });
});

describe('SQL in lines', () => {
  it('does not see comments, blanks and line breaks', () => {
    const one = "select a, -- first\n  b from t /* all\n of it */ where x = 'a  b'";
    const other = "select a,b\nfrom t\n\nwhere x\n=\n'a  b'";
    expect(sqlLines(one)).toEqual(['select a,', 'b', 'from t', "where x = 'a  b'"]);
    expect(sqlLines(other)).toEqual(sqlLines(one));
  });

  it('keeps what stands in quotes, be it like a comment', () => {
    expect(sqlLines("select '-- no', $$ /* no */ $$, \"a -- b\", E'it\\'s -- no'")).toEqual([
      "select '-- no',",
      '$$ /* no */ $$,',
      '"a -- b",',
      "E'it\\'s -- no'",
    ]);
  });

  it('keeps a call on one line and writes relations as their names', () => {
    expect(
      sqlLines(
        'with a as (select round(x * 2, 1)::int from "ref:orders" left join "source:shop.items" using (id)) select * from a',
      ),
    ).toEqual([
      'with a as (',
      'select round(x * 2, 1)::int',
      'from orders',
      'left join shop.items using (id))',
      'select *',
      'from a',
    ]);
  });
});

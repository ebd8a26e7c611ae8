import { expect, it } from 'vitest';
import { columnReference, tmdl } from './tmdl.ts';

it('names are in quotes where a blank, a dot, an equals sign, a colon or a quote would end them', () => {
  expect(columnReference('orders', 'amount')).toBe('orders.amount');
  expect(columnReference('My orders', "year's.end")).toBe("'My orders'.'year''s.end'");
});

it('a measure of one line stands behind its name, one of several two tabs deeper, with its description above', () => {
  const text = tmdl([
    {
      keyword: 'table',
      name: 'orders',
      description: 'What was ordered.\n\nOne row each.',
      properties: [
        ['lineageTag', 'x'],
        ['dataCategory', undefined],
      ],
      children: [
        { keyword: 'measure', name: 'Orders', expression: 'COUNTROWS ( orders )', properties: [['isHidden', true]] },
        {
          keyword: 'measure',
          name: 'Last order',
          expression: 'VAR a = 1\n\nRETURN\n    a',
          properties: [['formatString', '0']],
        },
        {
          keyword: 'partition',
          name: 'orders',
          expression: 'm',
          properties: [['mode', 'import']],
          source: 'let\n    a = 1\nin\n    a',
        },
      ],
    },
    { keyword: 'ref table', name: 'a' },
    { keyword: 'ref table', name: 'b c' },
  ]);
  expect(text).toBe(
    [
      '/// What was ordered.',
      '///',
      '/// One row each.',
      'table orders',
      '\tlineageTag: x',
      '',
      '\tmeasure Orders = COUNTROWS ( orders )',
      '\t\tisHidden',
      '',
      "\tmeasure 'Last order' =",
      '\t\t\tVAR a = 1',
      '',
      '\t\t\tRETURN',
      '\t\t\t    a',
      '\t\tformatString: 0',
      '',
      '\tpartition orders = m',
      '\t\tmode: import',
      '\t\tsource =',
      '\t\t\t\tlet',
      '\t\t\t\t    a = 1',
      '\t\t\t\tin',
      '\t\t\t\t    a',
      '',
      'ref table a',
      "ref table 'b c'",
      '',
      '',
    ].join('\n'),
  );
});

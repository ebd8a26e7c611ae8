import { expect, it } from 'vitest';
import type { RunnerError } from '../errors.ts';
import { parseProjectConfig } from './config.ts';
import type { DocsConfig } from './docs-types.ts';

const parsed = (docs: string): DocsConfig =>
  parseProjectConfig(`name: shop\nroles: {reader: {}}\noutputs: {total: {model: t, column: c}}\n${docs}`, 'project.yml')
    .docs;

it('without docs: the outputs are the figures, and nobody but the user of the connection reads them', () => {
  expect(parsed('')).toEqual({
    locale: 'en',
    figures: [{ title: 'total', model: 't', column: 'c', unit: '' }],
    charts: [],
    parameters: [],
  });
});

it('docs: says who reads, how figures are written, which there are, and where the parameters stand', () => {
  const yml = `docs:
  reader: reader
  locale: fr-FR
  figures: [{title: Total, model: t, column: c, unit: €, history: h, at: day}]
  charts: [{model: t, by: a, columns: [b, c], order_by: b desc}, {model: t, by: a, columns: {b: Bees}}]
  parameters: [{seed: s}, {seed: s, row: code, column: scenario, value: v, since: day, inherits: base}]
`;
  expect(parsed(yml)).toEqual({
    reader: 'reader',
    locale: 'fr-FR',
    figures: [{ title: 'Total', model: 't', column: 'c', unit: '€', history: { model: 'h', at: 'day' } }],
    charts: [
      {
        title: 't',
        model: 't',
        by: 'a',
        columns: ['b', 'c'].map((name) => ({ name, label: name })),
        unit: '',
        orderBy: 'b desc',
      },
      { title: 't', model: 't', by: 'a', columns: [{ name: 'b', label: 'Bees' }], unit: '' },
    ],
    parameters: [
      { seed: 's' },
      { seed: 's', grid: { row: 'code', column: 'scenario', value: 'v', since: 'day', inherits: 'base' } },
    ],
  });
});

it.each([
  ['docs: {reader: raeder}', 'the reader of the site is a role that is not declared'],
  ['docs: {locale: not a language}', 'wrong value for "locale" of "docs"'],
  ['docs: {figures: [{model: t, column: c, history: h}]}', '"docs.figures.0" has no "at"'],
  ['docs: {charts: [{model: t, by: a}]}', '"docs.charts.0" has no "columns"'],
  ['docs: {parameters: [{seed: s, row: code}]}', '"docs.parameters.0" has no "column"'],
])('%s is refused', (yml, message) => {
  expect.assertions(1);
  try {
    parsed(yml);
  } catch (error) {
    expect((error as RunnerError).faults[0]).toMatchObject({ message, line: 4 });
  }
});

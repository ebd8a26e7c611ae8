import { describe, expect, it } from 'vitest';
import { drawMarkdown } from './markdown.ts';
import { fold } from './markdown-fold.ts';
import { block, code, plain } from './markdown-text.ts';
import { drawGraph } from './mermaid.ts';
import { isDifferent } from './outcome.ts';
import { drawDiff } from './text.ts';
import type { Audit, DiffReport, NodeDiff } from './types.ts';

const AUDIT: Audit = { status: 'built', rows: 3, passed: 4, failed: [], warned: [] };

function node(name: string, more: Partial<NodeDiff> = {}): NodeDiff {
  return {
    id: `model.shop.${name}`,
    name,
    type: 'model',
    relation: `shop.${name}`,
    file: `models/shop/${name}.sql`,
    kind: 'impacted',
    parents: [],
    parts: [],
    reasons: [],
    sql: null,
    own: null,
    isRead: false,
    seed: null,
    contract: null,
    rows: null,
    audit: { base: AUDIT, head: AUDIT },
    ...more,
  };
}

const ROWS = {
  key: ['id'],
  unkeyed: null,
  before: 3,
  after: 3,
  added: 0,
  removed: 0,
  changed: 0,
  columnsAdded: [],
  columnsRemoved: [],
  columnsRetyped: [],
  changedColumns: [],
  examples: [],
  method: 'exact' as const,
};

/** A rate, a macro, a model and a contract of a shop, on one branch. */
const REPORT: DiffReport = {
  base: { name: 'origin/main', commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', dirty: false },
  head: { name: 'vat-25', commit: '5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80', dirty: true },
  day: '2026-11-24',
  batches: [{ source: 'shop.sale', batchId: '7', rows: 1234 }],
  outputs: [
    { name: 'total', model: 'revenue', column: 'total' },
    { name: 'buyers', model: 'revenue', column: 'buyers' },
  ],
  terms: {
    'revenue.total': { label: 'What all buyers pay.', format: '#,##0.00 "€"' },
    'rate.vat': { label: null, format: '0 %' },
  },
  total: 12,
  touched: 4,
  selection: null,
  macros: [{ name: 'gross', text: '- {{ x }} * 1.2\n+ {{ x }} * (1 + rate)' }],
  access: [],
  empty: [],
  notes: ['project.yml has changed: keep_batches.'],
  figures: [
    {
      model: 'revenue',
      row: '',
      column: 'total',
      before: '204.60',
      after: '213.125',
      difference: '+8.525',
      hidden: null,
    },
    {
      model: 'by_city',
      row: 'city = Pau',
      column: 'total',
      before: '20',
      after: null,
      difference: null,
      hidden: 'one buyer alone',
    },
  ],
  compared: ['revenue', 'by_city'],
  outcomes: [
    {
      title: 'Bonus',
      model: 'bonus',
      before: 9,
      after: 7,
      gained: 1,
      lost: 3,
      unknown: null,
      motives: [
        { kind: 'lost', before: null, after: 'too few', rows: 3 },
        { kind: 'gained', before: 'too late', after: null, rows: 1 },
        { kind: 'other', before: 'too late', after: 'too few', rows: 2 },
      ],
    },
  ],
  nodes: [
    node('rate', {
      id: 'seed.shop.rate',
      type: 'seed',
      kind: 'changed',
      parts: ['seed'],
      seed: {
        key: ['id'],
        changed: [{ key: ['vat'], column: 'value', before: '0.20', after: '0.25' }],
        removed: [],
        added: ['coupon,0.10'],
      },
      rows: { ...ROWS, added: 1, changed: 1, after: 4, changedColumns: [{ column: 'value', rows: 1 }] },
    }),
    node('paid', {
      kind: 'changed',
      parents: ['seed.shop.rate'],
      parts: ['body', 'contract'],
      reasons: ['macro gross: changed'],
      sql: '  select\n    id,\n-   amount * 1.2 as paid\n+   amount * (1 + rate) as paid',
      contract: {
        columns: ['+ column rate numeric'],
        fewer: { removed: 0, changed: 1 },
        checks: ['! check "No sale is free": must be 0 → must be less than 5 %'],
        others: [],
      },
      rows: {
        ...ROWS,
        changed: 3,
        columnsAdded: ['rate'],
        changedColumns: [{ column: 'paid', rows: 3 }],
        examples: [
          {
            kind: 'changed',
            key: ['1'],
            cells: [
              { column: 'paid', before: '120', after: '125' },
              { column: 'buyer', before: '***', after: '***' },
            ],
          },
        ],
      },
      audit: {
        base: AUDIT,
        head: {
          ...AUDIT,
          failed: [
            {
              code: 'CHECK_FAILED',
              message: 'paid: Nobody pays more than 100: 1 failed of 3 rows',
              file: 'soda/shop/paid.yml',
              line: 12,
              expected: 'must be 0',
              found: '1',
            },
          ],
        },
      },
    }),
    node('by_city', { parents: ['model.shop.paid'], rows: ROWS }),
    node('bonus', {
      parents: ['model.shop.by_city'],
      rows: { ...ROWS, changed: 4, changedColumns: [{ column: 'has_bonus', rows: 4 }] },
    }),
    node('old_list', { kind: 'removed', audit: { base: AUDIT, head: null } }),
  ],
};

describe('the Markdown of a diff', () => {
  it('reads like example.md', async () => {
    await expect(drawMarkdown(REPORT)).toMatchFileSnapshot('example.md');
  });

  it('says what the text for a terminal says', () => {
    const [markdown, text] = [drawMarkdown(REPORT), drawDiff(REPORT)];
    for (const words of ['vat 20 % → 25 % (rate)', '213.125 €', '9 → 7: gained by 1, lost by 3', 'lost by 3: too few'])
      for (const drawn of [markdown, text]) expect(drawn).toContain(words);
    expect(text).not.toContain('\\');
  });

  it('takes a part for the whole nowhere: it names the selection, and what stays is what was compared', () => {
    const selection = { words: '--select by_city', left: ['paid', 'revenue'] };
    const same = {
      ...REPORT,
      nodes: [node('by_city', { rows: ROWS })],
      figures: [],
      compared: [],
      outcomes: [],
      selection,
    };
    for (const part of [same, { ...same, nodes: [] }]) {
      const drawn = drawMarkdown(part);
      expect(drawn).toMatch(/^### ▫️ .* 2 other nodes may move: not selected\.$/m);
      expect(drawn).toContain('day 2026-11-24, only --select by_city,');
      expect(drawDiff(part)).toContain('day 2026-11-24, only --select by_city');
      expect(drawn).not.toMatch(/✅|Figures that stay|No seed, model or contract differs/);
    }
    expect(drawMarkdown(same)).toContain('8 of 12 nodes');
  });

  it('takes a column of another type, and a row of an output, for something that moves', () => {
    const columnsRetyped = [{ column: 'id', before: 'integer', after: 'bigint' }];
    const retyped = { ...REPORT, nodes: [node('by_city', { rows: { ...ROWS, columnsRetyped } })], figures: [] };
    expect(drawMarkdown(retyped)).toMatch(/^### 🔶.*other rows in 1 node/m);
    expect(isDifferent({ ...retyped, outcomes: [] })).toBe(true);
    const output = { name: 'by city', model: 'by_city', column: 'total' };
    expect(drawMarkdown({ ...REPORT, outputs: [...REPORT.outputs, output] })).toContain('stay as they are: buyers.');
  });

  it('is not green where who may read what changes, fewer checks are asked or a source is empty', () => {
    const still = { ...REPORT, nodes: [node('by_city', { rows: ROWS })], figures: [], outcomes: [] };
    expect(drawMarkdown(still)).toMatch(/^### ✅/m);
    const access = ['readers may select from shop.paid, and could not'];
    const fewer = { columns: [], checks: ['- check "a": must be 0'], fewer: { removed: 1, changed: 0 }, others: [] };
    for (const report of [
      { ...still, access },
      { ...still, access, nodes: [] },
      { ...still, nodes: [node('by_city', { kind: 'changed' as const, rows: ROWS, contract: fewer })] },
      { ...still, empty: ['shop.sale'] },
    ]) {
      expect(drawMarkdown(report)).not.toMatch(/✅/);
      expect(drawDiff(report)).toMatch(/readers may select|Fewer checks: 1 removed, 0 changed|shop.sale has no rows/);
    }
    expect(isDifferent({ ...still, access })).toBe(true);
  });

  it('tells one cause once with who reads it, data before unit tests, and what could not be compared', () => {
    const fault = (code: string, message: string) => ({ code, message });
    const failed = [fault('UNIT_TEST_FAILED', 'paid: unit test'), fault('CHECK_FAILED', 'paid: check')];
    const lost: Audit = { status: 'upstream_failed', rows: null, passed: 0, failed: [], warned: [] };
    const broken = [
      node('paid', { audit: { base: AUDIT, head: { ...AUDIT, failed } } }),
      ...['revenue', 'by_city'].map((name) => node(name, { audit: { base: AUDIT, head: lost } })),
    ];
    const drawn = drawDiff({ ...REPORT, nodes: broken, figures: [], compared: [], outcomes: [] });
    expect(drawn).toMatch(/^2 failures that the base does not have\. [Tt]otal: not built; buyers: not built[.;]/m);
    expect(drawn).toMatch(/base:\n {2}paid: check\n {2}paid: unit test\n {2}not built, .*: revenue, by_city\n/);
  });

  it('folds rows of one figure that change alike into one', () => {
    const rows = ['a', 'b', 'c'].map((row) => ({ ...REPORT.figures[1], row, hidden: 'why' }));
    const drawn = drawMarkdown({ ...REPORT, figures: rows as never });
    expect(drawn).toContain('| `by_city.total` | in 3 rows | 20 | not told (1) |');
  });

  it('fits into a comment of GitHub, leaves out of the folds what is last, and says so', () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      node(`model_${index}`, { kind: 'changed', sql: `+ select ${index} /* ${'x'.repeat(80)} */` }),
    );
    const drawn = drawMarkdown({ ...REPORT, nodes: [...REPORT.nodes, ...many] });
    expect(drawn.length).toBeLessThan(65_536);
    expect(drawn.length).toBeGreaterThan(55_000);
    expect(drawn).toContain('Fails now, and did not on the base');
    expect(drawn).toContain('Left out, for a comment may be no longer');
    expect(drawn).toContain('runner diff --select MODEL');
    expect(drawn.split('<details>')).toHaveLength(drawn.split('</details>').length);
  });

  it('fits also where every line is as long as a book', () => {
    const long = `<&|${'<'.repeat(10_000)}`;
    const [seed, fault] = [REPORT.nodes[0]?.seed, REPORT.nodes[1]?.audit.head?.failed[0]];
    const many = Array.from({ length: 16 }, (_, index) => {
      const changed = [{ key: [long], column: long, before: long, after: long }];
      const failed = fault ? [{ ...fault, message: `${index}${long}: x`, expected: long }] : [];
      return node(`m${index}${long}`, {
        kind: 'changed',
        sql: '+ x',
        reasons: [long],
        seed: seed ? { ...seed, changed, added: [long] } : null,
        audit: { base: { ...AUDIT, failed: index % 2 ? failed : [] }, head: { ...AUDIT, failed } },
      });
    });
    const figures = REPORT.figures.map((one) => ({ ...one, before: long, hidden: long }));
    const motives = Array.from({ length: 16 }, () => ({ kind: 'lost' as const, before: null, after: long, rows: 1 }));
    const outcomes = REPORT.outcomes.map((one) => ({ ...one, title: long, motives }));
    const notes = Array.from({ length: 16 }, () => long);
    const drawn = drawMarkdown({ ...REPORT, nodes: many, figures, outcomes, notes });
    expect(drawn.length).toBeLessThan(65_536);
    expect(drawn).toContain('the end of the summary');
  });

  it('names a part that was left out and keeps the shorter one behind it', () => {
    const pieces = [
      { name: 'long', text: 'x'.repeat(5000) },
      { name: 'short', text: 'kept' },
    ];
    const drawn = fold('top', [{ title: 'T', pieces }], 3000);
    expect(drawn).toContain('kept');
    expect(drawn).toContain('no longer:** long.');
  });
});

describe('what stands in it letter for letter', () => {
  it('is no markup, no cell, no HTML, no mention and no reference', () => {
    const shown = plain('a|b `c` *d* __e__ [f](g) <img src=x> @team #12 GH-3 https://x.y ~~z~~ !h');
    for (const part of ['a\\|b', '\\`c\\`', '\\*d\\*', '\\_\\_e\\_\\_', '\\[f\\](g)', '&lt;img', '\\~\\~z'])
      expect(shown).toContain(part);
    for (const found of [/@team/, /#12/, /GH-3/, /https:\/\//, /<img/]) expect(shown).not.toMatch(found);
    expect(plain('nb_rows_paid')).toBe('nb_rows_paid');
    expect(plain('a\n\n| b |')).not.toContain('\n');
  });

  it('stays code, whatever backticks and bars are in it', () => {
    expect(code('a`b')).toBe('``a`b``');
    expect(code('`')).toBe('`` ` ``');
    expect(code('a|b')).toBe('`a\\|b`');
    expect(block('diff', '+ ```\n</details>')).toBe('````diff\n+ ```\n</details>\n````');
  });
});

describe('the graph', () => {
  it('leaves out what came out the same, and draws the way over it as dots', () => {
    const drawn = drawGraph(REPORT.nodes);
    const mermaid = drawn && 'mermaid' in drawn ? drawn.mermaid : '';
    expect(mermaid).toContain('["paid"]:::failed');
    expect(mermaid).not.toContain('by_city');
    expect(mermaid).toContain('n1 -.-> n2');
    expect(mermaid).toContain('["old_list"]:::removed');
  });

  it('is left out where nothing came out differently', () => {
    expect(drawGraph([node('a', { rows: ROWS })])).toBeNull();
  });

  it('is words above sixty nodes', () => {
    const many = Array.from({ length: 61 }, (_, index) => node(`m${index}`));
    expect(drawGraph(many)).toMatchObject({ words: expect.stringContaining('61 nodes') });
  });

  it('holds a name as text, whatever it is', () => {
    expect(drawGraph([node('a"]:::x')])).toMatchObject({
      mermaid: expect.stringContaining('["a#34;#93;#58;#58;#58;x"]'),
    });
  });
});

import { describe, expect, it } from 'vitest';
import { parseContract } from '../contracts/parse.ts';
import type { SeedNode } from '../graph/types.ts';
import { seedDiff } from './seed-diff.ts';

function seed(header: string, rows: readonly string[], columns = '{name: id}'): SeedNode {
  const contract = parseContract(`dataset: d/d/s/t\ncolumns: [${columns}]`, 'soda/t.yml');
  const lines = rows.map((row, index) => ({ line: index + 2, cells: row.split(',').map((cell) => cell || null) }));
  return {
    type: 'seed',
    contract,
    seed: { name: 't', file: 'seeds/t.csv', header: header.split(','), rows: lines },
  } as unknown as SeedNode;
}

describe('the rows of a seed', () => {
  it('are told by their key: cells that changed, rows that came and went', () => {
    const found = seedDiff(seed('id,v', ['a,1', 'b,2']), seed('id,v', ['c,3', 'a,9']), ['id']);
    expect(found).toEqual({
      key: ['id'],
      changed: [{ key: ['a'], column: 'v', before: '1', after: '9' }],
      removed: ['b,2'],
      added: ['c,3'],
    });
  });

  it('are lines where no key tells them, each as often as it is there', () => {
    expect(seedDiff(seed('id,v', ['a,1', 'a,1']), seed('id,v', ['a,1', 'a,2']), [])).toMatchObject({
      changed: [],
      removed: ['a,1'],
      added: ['a,2'],
    });
  });

  it('are only those that differ where the key is double', () => {
    const before = seed('id,v', ['a,1', 'a,2', 'a,3', 'b,1', 'b,2']);
    expect(seedDiff(before, seed('id,v', ['a,2', 'a,1', 'a,4', 'b,2', 'b,1', 'b,2']), ['id'])).toEqual({
      key: ['id'],
      changed: [{ key: ['a'], column: 'v', before: '3', after: '4' }],
      removed: [],
      added: ['b,2'],
    });
  });

  it('in another order, or none at all, are no difference', () => {
    expect(seedDiff(seed('id,v', ['a,1', 'b,2']), seed('id,v', ['b,2', 'a,1']), ['id'])).toBeNull();
  });

  it('hide what is personal on either side, also in the key', () => {
    const found = seedDiff(
      seed('id,v', ['a,1'], '{name: id}, {name: v, personal: salary}'),
      seed('id,v', ['a,2', 'b,3'], '{name: id}, {name: v}'),
      ['id'],
    );
    expect(found).toMatchObject({ changed: [{ before: '***', after: '***' }], added: ['b,***'] });
    const byName = '{name: id, personal: identity}, {name: v}';
    expect(seedDiff(seed('id,v', ['a,1'], byName), seed('id,v', ['a,2'], byName), ['id'])?.changed[0]?.key).toEqual([
      '***',
    ]);
  });

  it('tell a column that came', () => {
    expect(seedDiff(seed('id', ['a']), seed('id,v', ['a,1']), ['id'])).toMatchObject({
      removed: ['id'],
      added: ['id,v'],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { buildDag, CycleError } from './dag.ts';

const diamond = buildDag(
  new Map([
    ['d', ['b', 'c']],
    ['b', ['a']],
    ['c', ['a']],
    ['a', []],
  ]),
);

describe('a graph of dependencies', () => {
  it('puts parents before children', () => {
    expect(diamond.order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('finds what lies above and below a node, to a depth if asked', () => {
    expect([...diamond.ancestors('d')].sort()).toEqual(['a', 'b', 'c']);
    expect([...diamond.ancestors('d', 1)].sort()).toEqual(['b', 'c']);
    expect([...diamond.descendants('a', 1)].sort()).toEqual(['b', 'c']);
    expect([...diamond.descendants('d')]).toEqual([]);
  });

  it('prints the circle it finds, and not what merely leads to it', () => {
    const build = () =>
      buildDag(
        new Map([
          ['leaf', ['x']],
          ['x', ['y']],
          ['y', ['z']],
          ['z', ['x']],
          ['free', []],
        ]),
      );
    expect(build).toThrow(CycleError);
    expect(build).toThrow(/x → y → z → x/);
  });

  it('counts a parent named twice once', () => {
    expect(
      buildDag(
        new Map([
          ['a', []],
          ['b', ['a', 'a']],
        ]),
      ).order,
    ).toEqual(['a', 'b']);
  });
});

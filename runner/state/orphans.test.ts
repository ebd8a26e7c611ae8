import { describe, expect, it } from 'vitest';
import { graphOf } from '../test/projects.ts';
import { type InspectedOrphan, planDrop } from './drop-orphans.ts';
import { findOrphans, orphansNotice } from './orphans.ts';

const graph = graphOf({ 'models/kept.sql': 'select 1', 'seeds/codes.csv': '' });
const built = (nodeId: string, schema = 'public') => {
  const name = nodeId.split('.')[2] ?? '';
  return { nodeId, relation: { schema, name }, isProtected: false };
};
const orphan = (name: string, neededBy: readonly string[] = [], isProtected = false): InspectedOrphan => ({
  ...built(`model.test.${name}`),
  isProtected,
  because: 'removed',
  kind: 'table',
  size: null,
  rows: null,
  neededBy,
});
const names = (orphans: readonly InspectedOrphan[]): string => orphans.map(({ relation }) => relation.name).join(' ');

describe('an orphan', () => {
  it('is what was built for a node that is no more, or elsewhere; nothing of another project is', () => {
    const found = findOrphans(graph, 'test', [
      built('model.test.kept'),
      built('seed.test.codes'),
      built('model.test.kept', 'former'),
      built('model.test.gone'),
      built('model.other.gone'),
    ]);
    expect(found.map(({ relation, because }) => `${relation.schema}.${relation.name} ${because}`)).toEqual([
      'former.kept moved',
      'public.gone removed',
    ]);
    expect(orphansNotice(found)).toBe(
      '2 orphans, built by models that are no more: former.kept, public.gone — runner clean --orphans',
    );
    expect(orphansNotice([])).toBeUndefined();
  });

  it('that only orphans need goes with them', () => {
    const { drop, keep } = planDrop([orphan('reader'), orphan('read', ['"public"."reader"'])], new Set());
    expect([names(drop), keep.length]).toEqual(['reader read', 0]);
  });

  it('stays when one that stays needs it, however far', () => {
    const orphans = [
      orphan('a', ['"bi"."mine"']),
      orphan('b', ['"public"."a"']),
      orphan('c', ['"public"."b"']),
      orphan('d'),
    ];
    const { drop, keep } = planDrop(orphans, new Set());
    expect(names(drop)).toBe('d');
    expect(keep.map(([{ relation }, reason]) => `${relation.name}: ${reason}`)).toEqual([
      'a: needed by "bi"."mine"',
      'b: needed by "public"."a"',
      'c: needed by "public"."b"',
    ]);
  });

  it('that is a protected history goes only by its name', () => {
    const history = orphan('history', [], true);
    expect(names(planDrop([history], new Set()).drop)).toBe('');
    expect(names(planDrop([history], new Set(['history'])).drop)).toBe('history');
    expect(names(planDrop([history], new Set(['public.history'])).drop)).toBe('history');
  });
});

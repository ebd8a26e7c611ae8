import { quoted } from '../../util/sql.ts';
import { definitionOf, looksOf, sameColumns, startsWith } from '../publish/catalog.ts';
import { replaceViewStep, swapStep } from '../publish/swap.ts';
import { asideOf, create } from './aside.ts';
import type { Materialization, Publication } from './types.ts';

/**
 * Published only when its definition is another; where it is, when its columns stay or some are added at the end, else
 * by a swap.
 */
export const view: Materialization = async (session, node, sql, { modelAt }) => {
  const published = node.relation;
  const aside = asideOf(published);
  await create(session, 'view', aside, sql);
  return {
    audited: aside,
    async publish(): Promise<Publication> {
      const written = { rows: null, changed: null, identical: false };
      const [{ kind, columns: before }, { columns: now }] = await looksOf(session, published, aside);
      if (kind !== 'view' || !startsWith(now, before))
        return { written, steps: [swapStep(session, published, aside, { modelAt, indexes: [] })] };
      const identical =
        sameColumns(now, before) && (await definitionOf(session, published)) === (await definitionOf(session, aside));
      await session.query(`drop view ${quoted(aside)}`);
      return {
        written: { ...written, identical },
        steps: identical ? [] : [replaceViewStep(session, published, sql)],
      };
    },
  };
};

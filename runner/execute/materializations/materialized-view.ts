import { quoted } from '../../util/sql.ts';
import { definitionOf, looksOf, sameColumns } from '../publish/catalog.ts';
import { haveSameRows } from '../publish/difference.ts';
import { matchIndexes } from '../publish/indexes.ts';
import { swapStep } from '../publish/swap.ts';
import { asideOf, create } from './aside.ts';
import type { Materialization, Publication } from './types.ts';

/**
 * Filled aside and swapped in: a refresh would lock out its readers, and nobody could audit it before they read it. Not
 * published when neither its definition nor its rows differ.
 */
export const materializedView: Materialization = async (session, node, sql, { modelAt }) => {
  const published = node.relation;
  const aside = asideOf(published);
  const indexes = node.config.indexes ?? [];
  const rows = await create(session, 'materialized view', aside, sql);
  return {
    audited: aside,
    async publish(): Promise<Publication> {
      const [{ kind, columns: before }, { columns: now }] = await looksOf(session, published, aside);
      const comparable = kind === 'materialized view' && sameColumns(before, now);
      const names = now.map(({ name }) => name);
      const identical = comparable && (await haveSameRows(session, published, aside, names));
      if (!identical || (await definitionOf(session, published)) !== (await definitionOf(session, aside))) {
        const changed = identical ? 0 : rows;
        return {
          written: { rows, changed, identical },
          steps: [swapStep(session, published, aside, { modelAt, indexes })],
        };
      }
      await session.query(`drop materialized view ${quoted(aside)}`);
      const steps = await matchIndexes(session, 'materialized view', published, indexes);
      return { written: { rows, changed: 0, identical }, steps };
    },
  };
};

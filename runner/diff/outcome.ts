import type { Audit, DiffReport, NodeDiff } from './types.ts';

/**
 * Whether a figure, an outcome, a row, a column or a result of a contract is another one, or who may read what; a text alone makes
 * no difference.
 */
export function isDifferent({ nodes, figures, outcomes, access }: DiffReport): boolean {
  const isMoved = outcomes.some(
    ({ before, after, gained, lost, motives }) =>
      before !== after || Number(gained) + Number(lost) + motives.length > 0,
  );
  const isOther = access.length + figures.length > 0 || isMoved;
  return isOther || nodes.some((node) => hasOtherRows(node) || hasOtherVerdict(node));
}

/** Other rows or columns, a column of another type too. */
export function hasOtherRows({ kind, type, rows }: NodeDiff): boolean {
  if (kind === 'added' || kind === 'removed') return type !== 'source';
  if (rows === null) return false;
  const columns = [rows.columnsAdded, rows.columnsRemoved, rows.columnsRetyped].flat();
  return rows.added + rows.removed + rows.changed + columns.length > 0;
}

export function hasOtherVerdict({ audit: { base, head } }: NodeDiff): boolean {
  const verdict = (audit: Audit | null): string =>
    JSON.stringify([audit?.status, audit?.failed.map(stemOf).toSorted(), audit?.warned.map(stemOf).toSorted()]);
  return base !== null && head !== null && verdict(base) !== verdict(head);
}

/** What a fault is about, without what was counted. */
export function stemOf({ code, message }: { readonly code: string; readonly message: string }): string {
  const end = message.lastIndexOf(': ');
  return `${code} ${end < 0 ? message : message.slice(0, end)}`;
}

/** It reads what was changed, and came out as before; of an ephemeral model nobody can tell. */
export function isSame(node: NodeDiff): boolean {
  return node.kind === 'impacted' && node.rows !== null && !hasOtherRows(node) && !hasOtherVerdict(node);
}

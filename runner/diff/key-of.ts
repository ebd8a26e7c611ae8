import type { Contract, DuplicateCheck } from '../contracts/types.ts';

/** Columns that tell a row, by the contract's own word: those in which it allows no two rows to be alike. Empty: it gives none. */
export function keyOf(contract: Contract | undefined): readonly string[] {
  const duplicate = contract?.checks.find(
    (check): check is DuplicateCheck => check.type === 'duplicate' && isStrict(check),
  );
  if (!duplicate) return [];
  return duplicate.columns ?? (duplicate.column === null ? [] : [duplicate.column]);
}

function isStrict({ filter, columnExpression, threshold: { comparison } }: DuplicateCheck): boolean {
  const isNone = comparison.operator === 'must_be' && Number(comparison.value) === 0;
  return isNone && filter === null && columnExpression === null;
}

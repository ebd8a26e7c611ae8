import type { CheckResult } from '../../contracts/types.ts';

/** What an engine says of a contract, in one line: `ERROR: NOT_EVALUATED, PASSED 0.5`. */
export function told(status: string, checks: readonly Pick<CheckResult, 'outcome' | 'value'>[]): string {
  const said = checks.map(({ outcome, value }) => (value === null ? outcome : `${outcome} ${value}`)).join(', ');
  if (status !== 'ERROR') return said || status;
  return said ? `ERROR: ${said}` : 'ERROR';
}

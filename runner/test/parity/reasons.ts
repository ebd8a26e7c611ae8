/** Why the two engines may differ; each is explained in docs/decisions/0014-two-engines-one-verdict.md. */
export const REASONS = [
  'strict-reading',
  'no-such-type',
  'one-statement',
  'times-of-python',
  'schemas-by-case',
  'where-tables-are',
  'clock-of-the-run',
  'nothing-is-kept',
] as const;
export type Reason = (typeof REASONS)[number];

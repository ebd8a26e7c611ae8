/** What is said of a column that the SQL of a model and its contract do not both have: it is traced as far as it is there. */
export const DISAGREEMENT = {
  extra: 'its contract has no such column',
  lost: 'its SQL gives no such column',
} as const;

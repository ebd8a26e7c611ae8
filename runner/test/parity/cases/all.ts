import type { Case } from './case.ts';
import { DUPLICATE } from './duplicate.ts';
import { FAILED_ROWS } from './failed-rows.ts';
import { FRESHNESS } from './freshness.ts';
import { INVALID, REFERENCE } from './invalid.ts';
import { MISSING } from './missing.ts';
import { AGGREGATE, METRIC } from './numbers.ts';
import { REFUSED } from './refused.ts';
import { ROW_COUNT } from './row-count.ts';
import { SCHEMA, TYPE } from './schema.ts';
import { THRESHOLD } from './threshold.ts';
import { VARIABLE, WORDS } from './words.ts';

/** By what they are about. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  row_count: ROW_COUNT,
  missing: MISSING,
  invalid: INVALID,
  'invalid by reference data': REFERENCE,
  duplicate: DUPLICATE,
  aggregate: AGGREGATE,
  metric: METRIC,
  failed_rows: FAILED_ROWS,
  freshness: FRESHNESS,
  schema: SCHEMA,
  'a type:': TYPE,
  'a threshold over': THRESHOLD,
  'in a contract': WORDS,
  'a variable': VARIABLE,
  'refused:': REFUSED,
};

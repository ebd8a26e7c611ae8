import { DatabaseError } from '../errors.ts';

/** For `.catch`: a target without the runner's tables, or with those of an older version, answers nothing. */
export function whenAbsent(error: unknown): undefined {
  const [unknownTable, unknownSchema, unknownColumn] = ['42P01', '3F000', '42703'];
  if (error instanceof DatabaseError && [unknownTable, unknownSchema, unknownColumn].includes(error.sqlstate))
    return undefined;
  throw error;
}

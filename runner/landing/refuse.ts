import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import type { SourceFault } from './types.ts';

/** A source that can't be read, or holds what the server can't take, is at fault, not the run. */
export function refuse(error: unknown, source: string): never {
  throw refusal(error, source);
}

export function refusal<E>(error: E, source: string): E | RunnerError {
  if (error instanceof DatabaseError) {
    const { sqlstate, message, hint } = error;
    return new RunnerError({ code: `SQL_${sqlstate}`, message: `source ${source}: ${message}`, hint }, EXIT.failed);
  }
  if (!(error instanceof Error) || !('code' in error) || !('place' in error)) return error;
  const fault = error as Error & SourceFault;
  return new RunnerError(
    {
      code: fault.code,
      message: `source ${source}: ${fault.message}`,
      file: fault.place,
      expected: fault.expected,
      found: fault.found,
      hint: fault.hint,
    },
    EXIT.failed,
  );
}

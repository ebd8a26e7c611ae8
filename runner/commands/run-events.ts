import type { Emit, Status } from '../execute/types.ts';

/** The events of one run. */
export interface RunEvents {
  readonly emit: Emit;
  /** Says that the run is over, with the number of nodes by how they ended. */
  finished(end: { readonly runId: string; readonly status: string; readonly exitCode: number }): void;
}

export function countEvents(emit: Emit, startedAt: Date): RunEvents {
  const counts: Partial<Record<Status, number>> = {};
  return {
    emit(event) {
      if (event.type === 'node_finished') counts[event.result.status] = (counts[event.result.status] ?? 0) + 1;
      emit(event);
    },
    finished: ({ runId, status, exitCode }) =>
      emit({
        type: 'run_finished',
        runId,
        status,
        exitCode,
        counts,
        seconds: (Date.now() - startedAt.getTime()) / 1000,
      }),
  };
}

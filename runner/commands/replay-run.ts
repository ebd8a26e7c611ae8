import { RunnerError } from '../errors.ts';
import { lastRuns, type RecordedRun, type RunLine, recordedRun } from '../state/recorded-run.ts';
import { didYouMean } from '../util/suggest.ts';
import { answerOf } from './answer.ts';
import { withRecords } from './open-records.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** Runs that are listed where none is found. */
const SHOWN = 10;

/**
 * The run that is meant: by its id, its label (the last of that label) or `last`, the last that built something other than what
 * a forgotten person has left.
 * @throws RunnerError `RUN_UNKNOWN`, with the last runs listed; `REPLAY_NOTHING` where the run had nothing to build
 */
export function findRun(name: string, args: CommonArgs, reporter: Reporter): Promise<RecordedRun> {
  return withRecords(args, reporter, async ({ db, config }) => {
    const runs = await lastRuns(db, config.stateSchema, config.name);
    const found = runs.find((run) => (name === 'last' ? isLast(run) : name === run.runId || name === run.label));
    if (!found) {
      list(runs, reporter);
      throw new RunnerError({
        code: 'RUN_UNKNOWN',
        message: name === 'last' ? 'no run has built anything on this target' : 'there is no such run on this target',
        expected: 'the id of a run, its label, or last',
        found: name,
        hint: didYouMean(name, [...runs.flatMap(({ runId, label }) => [runId, label]), 'last']) ?? hintOf(runs),
      });
    }
    if (!found.built) {
      list(runs, reporter);
      throw new RunnerError({
        code: 'REPLAY_NOTHING',
        message: `${found.command} ${found.runId} had nothing to build: there is nothing to replay`,
        found: found.status,
        hint: hintOf(runs),
      });
    }
    return recordedRun(db, config.stateSchema, found.runId);
  });
}

function isLast({ built, command }: RunLine): boolean {
  return built && command !== 'forget';
}

function list(runs: readonly RunLine[], reporter: Reporter): void {
  const rows = runs
    .slice(0, SHOWN)
    .map(({ runId, command, day, status, startedAt, built }) => [
      runId,
      command,
      day,
      status,
      startedAt,
      built ? 'yes' : 'no',
    ]);
  if (rows.length > 0)
    reporter.table('Last runs', answerOf(['run', 'command', 'day', 'status', 'started', 'built'], rows));
}

function hintOf(runs: readonly RunLine[]): string {
  const last = runs.find(isLast);
  return last ? `The last that built something: runner replay ${last.runId}` : 'Build first: runner pipeline';
}

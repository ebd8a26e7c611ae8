import { randomBytes } from 'node:crypto';
import type { ConnectionConfig, Database } from '../adapters/types.ts';
import { Cancelled, ConnectionLost, DatabaseError, EXIT, RunnerError } from '../errors.ts';
import type { Emit } from '../execute/types.ts';
import { requireSecrets } from '../project/env.ts';
import { gitCommit } from '../project/git-commit.ts';
import { completeStates } from '../state/changes.ts';
import { withEmptyTables } from '../state/empty-tables.ts';
import { type TargetLock, takeLock } from '../state/lock.ts';
import { roleStatements, usageStatements } from '../state/role-statements.ts';
import { createStore, type Store } from '../state/store.ts';
import type { TargetState } from '../state/types.ts';
import { createVersions, type Versions } from '../state/versions.ts';
import { again } from '../util/again.ts';
import { maskValues, withoutValues } from '../util/mask-values.ts';
import { identifier } from '../util/sql.ts';
import { stopwatch } from '../util/timings.ts';
import type { LoadedProject } from './load-project.ts';
import { countEvents } from './run-events.ts';
import type { RunArgs } from './types.ts';

/** A run that holds the target: connected, locked, recorded. */
export interface OpenRun extends LoadedProject {
  /** Its work ends when the signal comes. */
  readonly db: Database;
  /** The same server for what is noted of a run, and to be noted of a cancelled one too. */
  readonly notes: Database;
  /** How another process reaches the same server. */
  readonly connection: ConnectionConfig;
  readonly signal: AbortSignal;
  readonly store: Store;
  readonly state: TargetState;
  readonly versions: Versions;
  readonly lock: TargetLock;
  readonly runId: string;
  readonly command: string;
  readonly startedAt: Date;
  readonly emit: Emit;
}

export interface RunIdentity {
  readonly command: string;
  /** The arguments as typed, for the record. */
  readonly arguments: string;
  readonly threads: number;
  readonly wait: number;
  readonly signal: AbortSignal;
}

export function identityOf(command: string, args: RunArgs): RunIdentity {
  const { argv, threads, wait = 0, signal } = args;
  return { command, arguments: argv, threads, wait, signal };
}

/** How a run ended: the exit code, and the status and error that its record keeps. */
export interface RunEnd {
  readonly exitCode: number;
  readonly status: string;
  readonly error: string | null;
}

/**
 * Connects, takes the target's lock, brings the runner's tables up to date, records the run, does `work` and records
 * how it ended. Session settings `runner.run_id`, `runner.run_label` and `runner.run_started_at` carry the run's
 * identity to the SQL of the models.
 * @throws RunnerError `SECRET_MISSING`, `TARGET_LOCKED` (exit 3) when another run holds the target, or Cancelled
 */
export async function withRun(
  loaded: LoadedProject,
  identity: RunIdentity,
  emit: Emit,
  work: (run: OpenRun) => Promise<RunEnd>,
): Promise<number> {
  const startedAt = new Date();
  const { project, target, asOf } = loaded;
  if (!target.embedded) requireSecrets(loaded.env, project.config);
  const orchestrated = loaded.env('KESTRA_EXECUTION_ID');
  const execution = orchestrated ?? newRunId(startedAt);
  const label = loaded.env('RUN_LABEL') ?? execution;
  const runId = label;
  const { signal } = identity;
  const notice = (message: string): void => emit({ type: 'notice', message });
  const connection = await target.connect(notice, signal);
  const { openDatabase } = await import('../adapters/postgres.ts');
  const notes = openDatabase(connection, {
    max: identity.threads + 2,
    applicationName: `runner ${runId}`.slice(0, 63),
    settings: {
      TimeZone: project.config.timezone,
      'runner.run_id': runId,
      'runner.run_label': label,
      'runner.run_started_at': startedAt.toISOString(),
    },
  });
  const db = notes.until(signal);
  const events = countEvents(emit, startedAt);
  try {
    const { name, stateSchema } = project.config;
    const locking = takeLock(db, {
      project: name,
      stateSchema,
      runId,
      wait: identity.wait,
      signal,
      onWait: notice,
    });
    // A process is started while the server is at work.
    const commit = gitCommit(project.dir);
    const lock = await locking;
    stopwatch.lap('connect');
    try {
      const store = createStore(notes, connection, stateSchema);
      const reading = createStore({ ...db, query: lock.query }, connection, stateSchema);
      const roles = project.config.roles.map((role) => role.name);
      const state = await withEmptyTables(
        await reading.read(schemasOf(loaded), roles),
        { ...loaded, flags: project.config.flags },
        lock.query,
      );
      stopwatch.lap('state');
      const died = await reading.startRun(
        {
          runId,
          label,
          execution,
          command: identity.command,
          arguments: identity.arguments,
          project: name,
          target: target.name,
          dateReference: asOf,
          gitCommit: await commit,
          orchestrator: orchestrated ? 'kestra' : 'cli',
        },
        startedAt,
      );
      stopwatch.lap('record');
      emit({ type: 'run_started', command: identity.command, runId, asOf, target: target.name });
      if (died.length > 0) emit({ type: 'runs_died', runs: died });
      try {
        if (state.hasScratch) {
          const { dropAbandoned } = await import('../scratch/scratch-space.ts');
          await db.connection((session) => dropAbandoned(session, notice));
        }
        await prepare(db, loaded, state);
        const versions = createVersions(loaded.graph, state.nodes, state.batches);
        for (const node of completeStates(loaded.graph, loaded.fingerprinter, versions, state)) {
          const completed = versions.stored(node.id);
          if (!completed) continue;
          const { publicationOf } = await import('../state/publication.ts');
          const { built, ...completion } = publicationOf(loaded.fingerprinter, node, completed);
          // What is noted of its relation already tells whether others have written to it since.
          const isNoted = state.built.some(({ nodeId }) => nodeId === node.id);
          const publication = built && !isNoted ? { ...completion, built } : completion;
          await db.transaction((tx) => store.publish(tx, runId, [publication]));
        }
        const { command } = identity;
        const run = {
          db,
          notes,
          connection,
          signal,
          store,
          state,
          versions,
          lock,
          command,
          runId,
          startedAt,
          emit: events.emit,
        };
        const end = await work({ ...loaded, ...run });
        stopwatch.lap('report');
        // Where the session of the lock is gone, or was cancelled, another one is opened for it.
        await reading.finishRun(runId, end.status, end.error).catch(() => finish(store, runId, end));
        stopwatch.lap('record');
        if (versions.landed().size > 0 && !signal.aborted) {
          await (await import('./prune.ts')).prune(db, loaded, versions.landed(), notice);
        }
        const cancelled = end.status === 'cancelled';
        events.finished({ runId, ...end, exitCode: cancelled ? exitCodeOf(signal.reason) : end.exitCode });
        if (!cancelled) return end.exitCode;
      } catch (error) {
        const end = ofError(error);
        await finish(store, runId, end).catch(() => undefined);
        events.finished({ runId, ...end, exitCode: exitCodeOf(error) });
        throw error;
      }
      throw signal.reason;
    } finally {
      await lock.release();
    }
  } finally {
    await notes.close();
  }
}

function finish(store: Store, runId: string, { status, error }: Omit<RunEnd, 'exitCode'>): Promise<void> {
  return again(() => store.finishRun(runId, status, error), { isPassing: (lost) => lost instanceof ConnectionLost });
}

function exitCodeOf(error: unknown): number {
  return error instanceof RunnerError ? error.exitCode : EXIT.failed;
}

function ofError(error: unknown): Omit<RunEnd, 'exitCode'> {
  if (error instanceof Cancelled) return { status: 'cancelled', error: null };
  if (error instanceof RunnerError) return { status: 'error', error: error.faults.map(withoutValues).join('\n') };
  if (error instanceof DatabaseError) {
    const { sqlstate, message } = error;
    return { status: 'error', error: withoutValues({ code: `SQL_${sqlstate}`, message }) };
  }
  return { status: 'error', error: maskValues(error instanceof Error ? error.message : String(error)) };
}

/** Roles, schemas and raw tables that are not there yet: sources may be read before anything has landed. */
async function prepare(db: Database, { graph, project }: LoadedProject, state: TargetState): Promise<void> {
  if (roleStatements(project.config.roles, state.roles).length > 0)
    await (await import('../state/make-roles.ts')).makeRoles(db, project.config.roles, state.roles);
  const present = new Set([...state.relations.keys()].map((name) => name.split('.')[0]));
  const missing = [...new Set([...graph.nodes.values()].map(({ relation }) => relation.schema))].filter(
    (schema) => !present.has(schema),
  );
  if (missing.length > 0)
    await db.query(missing.map((schema) => `create schema if not exists ${identifier(schema)};`).join(' '));
  const usage = usageStatements(graph.nodes.values(), project.config.roles, state.roles);
  if (usage.length > 0) await db.query(usage.join('; '));
  for (const node of graph.nodes.values()) {
    if (
      node.type !== 'source' ||
      !node.source.loader ||
      state.relations.has(`${project.config.rawSchema}.${node.relation.name}`)
    )
      continue;
    const { ensureRawTable } = await import('../landing/land.ts');
    await ensureRawTable(db, node.relation, node.source.columns);
  }
}

function schemasOf({ graph, project }: LoadedProject): readonly string[] {
  return [...new Set([project.config.rawSchema, ...[...graph.nodes.values()].map(({ relation }) => relation.schema)])];
}

/** Sorts by time, and two of one second differ. */
function newRunId(startedAt: Date): string {
  const time = startedAt.toISOString().replace(/[-:]/g, '').slice(0, 15);
  return `${time}-${randomBytes(3).toString('hex')}`;
}

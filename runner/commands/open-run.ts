import { randomBytes } from 'node:crypto';
import type { Database } from '../adapters/types.ts';
import type { Emit } from '../execute/types.ts';
import { ensureRawTable } from '../landing/land.ts';
import { requireSecrets } from '../project/env.ts';
import { gitCommit } from '../project/git-commit.ts';
import { fillVariants } from '../state/changes.ts';
import { createVersions, type Versions } from '../state/fingerprint.ts';
import { type TargetLock, takeLock } from '../state/lock.ts';
import { createStore, type Store } from '../state/store.ts';
import type { TargetState } from '../state/types.ts';
import { identifier } from '../util/sql.ts';
import type { LoadedProject } from './load-project.ts';

/** A run that holds the target: connected, locked, recorded. */
export interface OpenRun extends LoadedProject {
  readonly db: Database;
  readonly store: Store;
  readonly state: TargetState;
  readonly versions: Versions;
  readonly lock: TargetLock;
  readonly runId: string;
  readonly startedAt: Date;
  readonly emit: Emit;
}

export interface RunIdentity {
  readonly command: string;
  /** The arguments as typed, for the record. */
  readonly arguments: string;
  readonly threads: number;
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
 * @throws RunnerError `SECRET_MISSING`, or `TARGET_LOCKED` (exit 3) when another run holds the target
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
  const label = loaded.env('RUN_LABEL') ?? orchestrated ?? newRunId(startedAt);
  const runId = label;
  const config = await target.connect((message) => emit({ type: 'notice', message }));
  const { openDatabase } = await import('../adapters/postgres.ts');
  const db = openDatabase(config, {
    max: identity.threads + 2,
    applicationName: `runner ${runId}`.slice(0, 63),
    settings: {
      TimeZone: project.config.timezone,
      'runner.run_id': runId,
      'runner.run_label': label,
      'runner.run_started_at': startedAt.toISOString(),
    },
  });
  const commit = gitCommit(project.dir);
  try {
    return await db.connection(async (session) => {
      const lock = await takeLock(session, `runner of ${project.config.name}`);
      const store = createStore(db, config, project.config.stateSchema);
      const state = await store.read(schemasOf(loaded));
      await store.startRun(
        {
          runId,
          label,
          command: identity.command,
          arguments: identity.arguments,
          project: project.config.name,
          target: target.name,
          dateReference: asOf,
          gitCommit: await commit,
          orchestrator: orchestrated ? 'kestra' : 'cli',
        },
        startedAt,
      );
      emit({ type: 'run_started', command: identity.command, runId, asOf, target: target.name });
      try {
        await prepare(db, loaded, state);
        const versions = createVersions(loaded.graph, state.nodes, state.batches);
        for (const id of fillVariants(loaded.graph, loaded.fingerprinter, versions, state)) {
          const filled = versions.stored(id);
          if (filled) await db.transaction((tx) => store.publish(tx, runId, id, filled));
        }
        const end = await work({ ...loaded, db, store, state, versions, lock, runId, startedAt, emit });
        await store.finishRun(runId, end.status, end.error);
        return end.exitCode;
      } catch (error) {
        await store
          .finishRun(runId, 'error', error instanceof Error ? error.message : String(error))
          .catch(() => undefined);
        throw error;
      }
    });
  } finally {
    await db.close();
  }
}

/** Schemas and raw tables that are not there yet: sources may be read before anything has landed. */
async function prepare(db: Database, { graph, project }: LoadedProject, state: TargetState): Promise<void> {
  const present = new Set([...state.relations.keys()].map((name) => name.split('.')[0]));
  const missing = [...new Set([...graph.nodes.values()].map(({ relation }) => relation.schema))].filter(
    (schema) => !present.has(schema),
  );
  if (missing.length > 0)
    await db.query(missing.map((schema) => `create schema if not exists ${identifier(schema)};`).join(' '));
  for (const node of graph.nodes.values()) {
    if (
      node.type !== 'source' ||
      !node.source.loader ||
      state.relations.has(`${project.config.rawSchema}.${node.relation.name}`)
    )
      continue;
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

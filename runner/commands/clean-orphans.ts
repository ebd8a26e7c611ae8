import type { Database } from '../adapters/types.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import { type DropPlan, dropOrphans, type InspectedOrphan, inspectOrphans, planDrop } from '../state/drop-orphans.ts';
import { takeLock } from '../state/lock.ts';
import { findOrphans } from '../state/orphans.ts';
import type { Store } from '../state/store.ts';
import { plural } from '../util/plural.ts';
import { quoted } from '../util/sql.ts';
import { nearest } from '../util/suggest.ts';
import { answerOf } from './answer.ts';
import type { CleanArgs } from './clean.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import type { Command } from './types.ts';

/**
 * `runner clean --orphans`: lists what models that are no more have left in the database, and drops it once confirmed, all
 * in one transaction under the target's lock. What something else needs stays, and so does a protected history that is
 * not named.
 */
export const cleanOrphans: Command<CleanArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const { graph, project } = loaded;
  return withTarget(loaded, args, reporter, async ({ db, store }) => {
    const plan = await planned(loaded, db, store, args);
    if (plan.drop.length + plan.keep.length === 0) {
      reporter.line('No orphans: every relation that the runner built has its model.');
      return EXIT.done;
    }
    reporter.answer(listed(plan));
    for (const [{ relation }, reason] of plan.keep)
      reporter.line(`${relation.schema}.${relation.name} stays: ${reason}`);
    if (plan.drop.length === 0) return EXIT.done;
    const many = plural(plan.drop.length, 'relation');
    const isSure = args.yes ? true : await reporter.confirm(`Drop ${many}?`);
    if (!isSure) {
      reporter.line(
        isSure === undefined ? 'Nothing dropped. To drop: runner clean --orphans --yes' : 'Nothing dropped.',
      );
      return EXIT.done;
    }
    const lock = await takeLock(db, {
      project: project.config.name,
      stateSchema: project.config.stateSchema,
      runId: 'clean',
      wait: 0,
      signal: args.signal,
      onWait: reporter.line,
    });
    try {
      // A run may have come in between.
      requireSame(plan, await planned(loaded, db, store, args));
      await db
        .transaction(async (tx) => {
          await dropOrphans(tx, project.config.stateSchema, plan.drop, (id) => graph.nodes.has(id));
          await lock.requireHeld(tx);
        })
        .catch(refuse);
    } finally {
      await lock.release();
    }
    reporter.line(`Dropped ${many}.`);
    return EXIT.done;
  });
};

async function planned(loaded: LoadedProject, db: Database, store: Store, args: CleanArgs): Promise<DropPlan> {
  const { built } = await store.peek([]);
  const orphans = await inspectOrphans(db, findOrphans(loaded.graph, loaded.project.config.name, built));
  const named = new Set(args.includeProtected ?? []);
  requireKnown(named, orphans);
  return planDrop(orphans, named);
}

function requireSame(said: DropPlan, now: DropPlan): void {
  const names = ({ drop }: DropPlan): string => drop.map(({ relation }) => quoted(relation)).join(' ');
  if (names(said) === names(now)) return;
  throw new RunnerError(
    {
      code: 'ORPHANS_CHANGED',
      message: 'the orphans are others than those listed: nothing was dropped',
      hint: 'Run the command again.',
    },
    EXIT.failed,
  );
}

function listed({ drop, keep }: DropPlan): ReturnType<typeof answerOf> {
  const row = ({ relation, kind, rows, size, nodeId, because }: InspectedOrphan, fate: string): (string | null)[] => [
    `${relation.schema}.${relation.name}`,
    kind,
    rows,
    size,
    `${nodeId.split('.').slice(2).join('.')} ${because === 'moved' ? 'moved elsewhere' : 'is no more'}`,
    fate,
  ];
  return answerOf(
    ['relation', 'kind', 'rows', 'size', 'why', 'what happens'],
    [...drop.map((orphan) => row(orphan, 'dropped once confirmed')), ...keep.map(([orphan]) => row(orphan, 'stays'))],
  );
}

function requireKnown(named: ReadonlySet<string>, orphans: readonly InspectedOrphan[]): void {
  const names = orphans
    .filter(({ isProtected }) => isProtected)
    .flatMap(({ relation, nodeId }) => [`${relation.schema}.${relation.name}`, nodeId.split('.').slice(2).join('.')]);
  const faults = [...named]
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = nearest(name, names);
      const hint = near ? `Did you mean "${near}"?` : 'runner clean --orphans lists them.';
      return { code: 'NAME_UNKNOWN', message: `--include-protected ${name} is no protected orphan`, found: name, hint };
    });
  if (faults.length > 0) throw new RunnerError(faults);
}

function refuse(error: unknown): never {
  if (!(error instanceof DatabaseError)) throw error;
  const lockNotAvailable = '55P03';
  throw new RunnerError(
    {
      code: `SQL_${error.sqlstate}`,
      message: `nothing was dropped: ${error.message}`,
      found: error.detail,
      hint: error.sqlstate === lockNotAvailable ? 'Somebody is reading one of them: try again later.' : error.hint,
    },
    EXIT.failed,
  );
}

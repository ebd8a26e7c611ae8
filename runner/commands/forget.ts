import type { TextResult } from '../adapters/types.ts';
import { cachedRenderer } from '../compile/cached.ts';
import { forgetSql } from '../compile/forget-rules.ts';
import { DatabaseError, EXIT, type Fault, RunnerError } from '../errors.ts';
import type { NodeResult } from '../execute/types.ts';
import type { Node } from '../graph/types.ts';
import { NO_CACHE } from '../project/cache.ts';
import { type Erasure, type PersonRows, personRows } from '../state/erase.ts';
import { type Rewriting, rewriteTables } from '../state/rewrite.ts';
import { plural } from '../util/plural.ts';
import { quoted, type Relation } from '../util/sql.ts';
import { answerOf } from './answer.ts';
import { buildNodes } from './build-nodes.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { noteFlags } from './messages.ts';
import { identityOf, type OpenRun, type RunEnd, withRun } from './open-run.ts';
import { withTarget } from './open-target.ts';
import { findLast } from './retry.ts';
import { endOf, landedSources } from './steps.ts';
import type { Command, Reporter, RunArgs } from './types.ts';

export interface ForgetArgs extends RunArgs {
  /** Without it, what a former call has left to do. */
  readonly id?: string;
  /** Counts, erases nothing. */
  readonly dryRun?: boolean;
  /** Without asking. */
  readonly yes?: boolean;
}

/**
 * `runner forget ID`: erases a person's rows wherever project.yml says that rows are a person's, builds again the tables that are
 * made of them, as of the day of the last run, and has the server write all tables anew. Models that keep their own rows,
 * as a history does, lose those of the person alone. The argument is written down nowhere.
 */
export const forget: Command<ForgetArgs> = async (args, reporter) => {
  const last = await findLast(args, reporter);
  const loaded = await (last
    ? loadProject({ ...args, asOf: args.asOf ?? last.day }, { formerVars: last.vars })
    : loadProject(args));
  const erasureOf = await erasures(loaded);
  const { id } = args;
  if (id !== undefined) {
    const found = await withTarget(loaded, args, reporter, (open) => rowsOf(open.db, erasureOf(open), id, 'count'));
    reporter.answer(listed(requireKnown(found)));
    if (args.dryRun) return EXIT.done;
    await requireYes(args, reporter);
  }
  return withRun(loaded, { ...identityOf('forget', args), arguments: 'forget' }, reporter.emit, async (run) => {
    const erasure = erasureOf(run);
    const erased = id === undefined ? undefined : await erase(run, erasure, id);
    await noteFlags(run);
    const nodes = new Map(madeOf(run).map((node) => [node, true]));
    const results = await buildNodes(run, { ...args, nodes, erases: true });
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    const rewriting = await rewriteTables(run.db, erasure.schemas, run.project.config.lockPatience);
    const told = [...inForce(run, erased ?? []), left(rewriting)];
    for (const message of told) run.emit({ type: 'notice', message });
    return finished(run, results, rewriting);
  });
};

/** What `forget:` says, for the batches in force. @throws RunnerError `FORGET_NOT_CONFIGURED`, or what is wrong with it */
async function erasures(loaded: LoadedProject): Promise<(target: Pick<OpenRun, 'versions' | 'state'>) => Erasure> {
  const { project, graph, asOf, vars, env } = loaded;
  const { config } = project;
  const { forget: rules } = config;
  if (!rules) {
    const hint = 'Add forget: with id, key and known_by.';
    throw new RunnerError({
      code: 'FORGET_NOT_CONFIGURED',
      message: "project.yml does not say what is a person's",
      hint,
    });
  }
  const { sql } = await forgetSql(rules, cachedRenderer(project, { asOf, vars, env }, NO_CACHE).render);
  const nodes = [...graph.nodes.values()];
  const relationOf = (name: string): Relation => {
    const node = nodes.find((one) => one.name === name);
    return node?.relation ?? { schema: '', name };
  };
  return ({ versions, state }) => ({
    ...rules,
    knownBy: rules.knownBy.map(relationOf),
    rows: rules.rows.map((rule) => ({ relation: relationOf(rule.name), sql: sql.get(rule) ?? 'false' })),
    aliases: rules.aliases.map((rule) => {
      const [model = '', column = ''] = rule.name.split('.');
      return { relation: relationOf(model), column, sql: sql.get(rule) ?? 'null' };
    }),
    messages: rules.messages.map((rule) => ({ outbox: rule.name, sql: sql.get(rule) ?? 'false' })),
    // Also where models that are no more have left theirs.
    schemas: [...new Set([config.stateSchema, ...[...nodes, ...state.built].map(({ relation }) => relation.schema)])],
    stateSchema: config.stateSchema,
    landed: withLoader(loaded).map(({ name, relation }) => ({ relation, batchId: versions.batch(name)?.batchId })),
  });
}

/** @throws RunnerError what the server can't do with a rule, as a column that is not there */
async function rowsOf(...[session, erasure, ...asked]: Parameters<typeof personRows>): ReturnType<typeof personRows> {
  return personRows(session, erasure, ...asked).catch((error: unknown) => {
    if (!(error instanceof DatabaseError)) throw error;
    const { sqlstate, message, hint } = error;
    throw new RunnerError({
      code: `SQL_${sqlstate}`,
      message: `forget: ${message}`,
      file: 'project.yml',
      line: erasure.line,
      hint,
    });
  });
}

function withLoader({ graph }: Pick<LoadedProject, 'graph'>): readonly Node[] {
  return [...graph.nodes.values()].filter((node) => node.type === 'source' && node.source.loader !== undefined);
}

function requireKnown(found: readonly PersonRows[] | undefined): readonly PersonRows[] {
  if (found) return found;
  throw new RunnerError({
    code: 'PERSON_UNKNOWN',
    message: 'nobody is known by that ID: nothing was erased',
    expected: 'an ID as it stands in the source',
    hint: 'If the person was erased by a run that ended early: runner forget, without an ID, does the rest.',
  });
}

async function requireYes({ yes }: ForgetArgs, reporter: Reporter): Promise<void> {
  if (yes || (await reporter.confirm('Erase these rows for good?'))) return;
  throw new RunnerError({
    code: 'FORGET_NOT_CONFIRMED',
    message: 'nothing was erased',
    expected: 'a yes',
    hint: 'Where nobody can answer: runner forget ID --yes',
  });
}

function listed(found: readonly PersonRows[]): TextResult {
  const rows = found.filter((one) => one.rows > 0);
  return answerOf(
    ['relation', 'rows'],
    rows.map(({ relation, rows: count }) => [`${relation.schema}.${relation.name}`, String(count)]),
  );
}

async function erase(run: OpenRun, erasure: Erasure, id: string): Promise<readonly PersonRows[]> {
  return run.db.transaction(async (tx) => {
    const erased = requireKnown(await rowsOf(tx, erasure, id, 'erase'));
    await run.lock.requireHeld(tx);
    return erased;
  });
}

/** Tables made of what is landed. An incremental model keeps what it has: a run of its own would add to a history. */
function madeOf(run: OpenRun): readonly string[] {
  const below = new Set(withLoader(run).flatMap(({ id }) => [...run.graph.dag.descendants(id)]));
  return [...run.graph.nodes.values()].flatMap((node) =>
    below.has(node.id) && node.type === 'model' && /^(table|materialized_view)$/.test(node.materialized) ? node.id : [],
  );
}

/** What a source still names is landed again when it changes. */
function inForce(run: OpenRun, erased: readonly PersonRows[]): readonly string[] {
  return landedSources(run).flatMap(({ name, relation }) => {
    const rows = erased.find((one) => quoted(one.relation) === quoted(relation))?.inForce ?? 0;
    if (rows === 0) return [];
    const origin = run.versions.batch(name)?.origin ?? name;
    return `${name} still names the person in ${plural(rows, 'row')}: remove them from ${origin}, or they come back with its next change`;
  });
}

function left({ isWhole }: Rewriting): string {
  const statistics = isWhole ? '' : ', old rows of pg_statistic (as its owner: vacuum full pg_catalog.pg_statistic)';
  return `not erased here: the write-ahead log of the server until it is recycled, replicas, backups${statistics}`;
}

function finished(run: OpenRun, results: readonly NodeResult[], { unwritten }: Rewriting): RunEnd {
  const end = endOf(run, results);
  if (end.exitCode !== EXIT.done)
    run.emit({
      type: 'notice',
      message: 'what was not built may still name the person. When it is mended: runner forget',
    });
  if (unwritten.size === 0) return end;
  const faults = [...unwritten].map(
    ([name, why]): Fault => ({
      code: 'FORGET_NOT_REWRITTEN',
      message: `${name}: the server's files may still hold what was erased`,
      found: why,
      hint: 'Later: runner forget, without an ID, does it again.',
    }),
  );
  run.emit({ type: 'faults', faults });
  const error = [end.error, ...faults.map(({ code, message }) => `${code} ${message}`)].filter(Boolean).join('\n');
  return { exitCode: EXIT.failed, status: end.status === 'cancelled' ? end.status : 'failed', error };
}

import { cachedRenderer } from '../compile/cached.ts';
import { forgetSql } from '../compile/forget-rules.ts';
import { DatabaseError, RunnerError } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import { NO_CACHE } from '../project/cache.ts';
import { type Erasure, personRows } from '../state/erase.ts';
import type { Relation } from '../util/sql.ts';
import type { LoadedProject } from './load-project.ts';
import type { OpenRun } from './open-run.ts';

/** What `forget:` says, for the batches in force. @throws RunnerError `FORGET_NOT_CONFIGURED`, or what is wrong with it */
export async function erasures(
  loaded: LoadedProject,
): Promise<(target: Pick<OpenRun, 'versions' | 'state'>) => Erasure> {
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
export async function rowsOf(
  ...[session, erasure, ...asked]: Parameters<typeof personRows>
): ReturnType<typeof personRows> {
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

/** Sources that the runner lands. */
export function withLoader({ graph }: Pick<LoadedProject, 'graph'>): readonly Node[] {
  return [...graph.nodes.values()].filter((node) => node.type === 'source' && node.source.loader !== undefined);
}

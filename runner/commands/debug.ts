import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Cancelled, EXIT, RunnerError } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { sourceEnv, unsetVariables } from '../landing/source-env.ts';
import { secretProblem } from '../project/env.ts';
import type { SecretConfig } from '../project/types.ts';
import { findOrphans } from '../state/orphans.ts';
import { plural } from '../util/plural.ts';
import { answerOf } from './answer.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import type { Command, CommonArgs } from './types.ts';

type Line = readonly [what: string, state: 'ok' | 'to do', detail: string];

/** `runner debug`: whether the project reads, the target answers and the sources are configured. Shows no secret. */
export const debug: Command<CommonArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const { models, seeds, sources } = loaded.project;
  const lines: Line[] = [
    ['node', 'ok', process.version],
    [
      'project',
      'ok',
      `${loaded.project.config.name}: ${plural(models.length, 'model')}, ${plural(seeds.length, 'seed')}, ${plural(sources.length, 'source table')}`,
    ],
    ...(await targetLines(loaded, args, reporter)),
    ...loaded.project.config.secrets.map((secret) => secretLine(loaded, secret)),
    ...[...loaded.graph.nodes.values()]
      .filter((node): node is SourceNode => node.type === 'source' && !!node.source.loader)
      .map((node) => sourceLine(loaded, node)),
  ];
  reporter.answer(answerOf(['what', 'state', 'detail'], lines));
  return lines.every(([, state]) => state === 'ok') ? EXIT.done : EXIT.failed;
};

async function targetLines(
  loaded: LoadedProject,
  args: CommonArgs,
  reporter: Parameters<Command<CommonArgs>>[1],
): Promise<readonly Line[]> {
  try {
    return await withTarget(loaded, args, reporter, async ({ db, state }) => {
      const [version, user, database] =
        (await db.query("select current_setting('server_version'), current_user, current_database()")).rows[0] ?? [];
      const orphans = findOrphans(loaded.graph, loaded.project.config.name, state.built).length;
      const left = `${orphans} that no model builds any more: runner clean --orphans`;
      const target = `${loaded.target.name}: PostgreSQL ${version}, database ${database}, user ${user}`;
      return [['target', 'ok', target], ...(orphans === 0 ? [] : [['relations', 'ok', left] as const])];
    });
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    const fault = error instanceof RunnerError ? error.faults[0] : undefined;
    return [['target', 'to do', [fault?.message ?? String(error), fault?.hint].filter(Boolean).join(' ')]];
  }
}

function secretLine({ env, target }: LoadedProject, secret: SecretConfig): Line {
  const problem = secretProblem(env, secret);
  if (problem && !target.embedded) return [secret.name, 'to do', `${problem}: this target needs one of your own`];
  if (problem) return [secret.name, 'ok', `${problem}: right for the sample only`];
  return [secret.name, 'ok', env(secret.name) === undefined ? 'not set (optional)' : 'set'];
}

/** A variable that names a file which is not there is the commonest fault of a set-up. */
function sourceLine({ project, env, target }: LoadedProject, node: SourceNode): Line {
  const secrets = new Set(project.config.secrets.map(({ name }) => name));
  const variables = Object.entries(node.source.env).filter(([name]) => !secrets.has(name));
  const read = sourceEnv(node.source, env, target.embedded);
  const needed = unsetVariables(node.source, env);
  const states = variables.map(([name]) => {
    const value = read(name);
    if (value === undefined) return { name, value: 'not set', missing: needed.includes(name) };
    const isFile = !/^https?:/.test(value) && /[./\\]/.test(value);
    const missing = isFile && !existsSync(resolve(project.dir, value));
    return { name, value: isFile ? `${value}${missing ? ' (no such file)' : ''}` : 'set', missing };
  });
  const detail = states.map(({ name, value }) => `${name}: ${value}`).join(', ');
  return [`source ${node.name}`, states.some(({ missing }) => missing) ? 'to do' : 'ok', detail || 'needs no setting'];
}

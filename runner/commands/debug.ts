import { Cancelled, EXIT, RunnerError } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { findOrphans } from '../state/orphans.ts';
import { plural } from '../util/plural.ts';
import { sentences } from '../util/sentences.ts';
import { answerOf } from './answer.ts';
import { type DebugLine, debugSecrets } from './debug-secrets.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import type { Command, CommonArgs, Reporter } from './types.ts';

/**
 * `runner debug`: one line for the project, the target, each secret, source and webhook, with what to do. Sources and
 * webhooks are really tried, all at once and each for a limited time; nothing is landed, posted or shown that is secret.
 */
export const debug: Command<CommonArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const { models, seeds, sources } = loaded.project;
  const webhooks = webhooksOf(loaded);
  const tried = [
    targetLines(loaded, args, reporter),
    ...[...loaded.graph.nodes.values()]
      .filter((node): node is SourceNode => node.type === 'source' && !!node.source.loader)
      .map((node) => sourceLine(loaded, node, args.signal)),
    ...[...webhooks].map(([name, unset]) => webhookLine(loaded, name, unset)),
  ];
  const [target = [], ...others] = await Promise.all(tried);
  const lines: readonly DebugLine[] = [
    ['node', 'ok', process.version],
    [
      'project',
      'ok',
      `${loaded.project.config.name}: ${plural(models.length, 'model')}, ${plural(seeds.length, 'seed')}, ${plural(sources.length, 'source table')}`,
    ],
    ...target,
    ...debugSecrets(loaded, new Set(webhooks.keys())),
    ...others.flat(),
  ];
  reporter.answer(answerOf(['what', 'state', 'detail'], lines), 'whole');
  return lines.every(([, state]) => state === 'ok') ? EXIT.done : EXIT.failed;
};

async function targetLines(loaded: LoadedProject, args: CommonArgs, reporter: Reporter): Promise<readonly DebugLine[]> {
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
    return [['target', 'to do', sentences(fault?.message ?? String(error), fault?.hint)]];
  }
}

async function sourceLine(loaded: LoadedProject, node: SourceNode, signal: AbortSignal): Promise<readonly DebugLine[]> {
  const { checkSource } = await import('../landing/check-source.ts');
  const { project, env, vars, asOf, target } = loaded;
  const run = { projectDir: project.dir, env, vars, asOf, sampleAllowed: target.embedded, signal };
  const { works, detail } = await checkSource(run, node);
  return [[`source ${node.name}`, works ? 'ok' : 'to do', detail.replace(/\s+/g, ' ')]];
}

/** Variables that hold the address of a webhook, each with what it means that it is not set. */
function webhooksOf({ project }: LoadedProject): ReadonlyMap<string, string> {
  const { alert, outbox } = project.config;
  return new Map([
    ...(alert ? [[alert.webhook, 'not set: nobody is alerted'] as const] : []),
    ...outbox.map(({ webhook }) => [webhook, 'not set: messages wait'] as const),
  ]);
}

async function webhookLine({ env }: LoadedProject, name: string, unset: string): Promise<readonly DebugLine[]> {
  const address = env(name);
  if (address === undefined) return [[`webhook ${name}`, 'ok', unset]];
  const { probe } = await import('../outbox/probe.ts');
  const { works, detail } = await probe(address);
  return [[`webhook ${name}`, works ? 'ok' : 'to do', detail]];
}

import { join, relative, resolve } from 'node:path';
import { createHtmlRenderer } from '../compile/html.ts';
import { gatherSite } from '../docs/gather-site.ts';
import type { CompiledSql } from '../docs/input.ts';
import type { Site } from '../docs/types.ts';
import { DRAWINGS, openFolder, writeSite } from '../docs/write-site.ts';
import { EXIT, RunnerError } from '../errors.ts';
import { modelSql } from '../execute/model-sql.ts';
import type { Graph } from '../graph/types.ts';
import { traceProject } from '../lineage/trace-project.ts';
import { packageRoot } from '../util/package-root.ts';
import { grouped, plural } from '../util/plural.ts';
import { redactor } from '../util/redact.ts';
import { quoted } from '../util/sql.ts';
import { stopwatch } from '../util/timings.ts';
import { readTarget } from './docs-target.ts';
import { loadProject } from './load-project.ts';
import type { Command, CommonArgs } from './types.ts';

export interface DocsArgs extends CommonArgs {
  readonly out?: string;
}

/** Milliseconds between two words about a work that goes on. */
const PAUSE = 3_000;

/** `runner docs`: a static site about the project, its lineage, contracts, figures and last runs. Nothing of the target is written. */
export const docs: Command<DocsArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const { project, graph, asOf, cache } = loaded;
  const folder = args.out === undefined ? join(project.dir, 'target', 'docs') : outFolder(args.out);
  openFolder(folder);
  const lineage = await traceProject(graph, cache);
  cache.save();
  stopwatch.lap('lineage');
  const { target, missing } = await readTarget(loaded, args, reporter);
  if (missing !== '') reporter.emit({ type: 'notice', message: `the site is without runs and figures. ${missing}` });
  stopwatch.lap('target');
  const site = gatherSite({
    project,
    graph,
    day: asOf,
    lineage,
    sql: compiledSql(graph),
    target,
    missing,
  });
  stopwatch.lap('gather');
  let told = Date.now();
  const files = writeSite(withoutSecrets(site), folder, {
    render: createHtmlRenderer(join(packageRoot(), 'runner', 'docs', 'site'), DRAWINGS),
    onPage(done, total) {
      args.signal.throwIfAborted();
      if (Date.now() - told < PAUSE) return;
      told = Date.now();
      reporter.emit({ type: 'notice', message: `page ${grouped(done)} of ${grouped(total)}` });
    },
  });
  stopwatch.lap('write');
  const index = join(folder, 'index.html');
  const near = relative(process.cwd(), index);
  reporter.text(`${plural(files, 'file')}: open ${near.startsWith('..') ? index : near}`);
  return EXIT.done;
};

function outFolder(out: string): string {
  if (out.trim() !== '') return resolve(out);
  throw new RunnerError({
    code: 'DOCS_FOLDER_UNUSABLE',
    message: '--out names no folder',
    expected: 'a folder for the site alone',
    found: JSON.stringify(out),
    hint: 'Name one: --out DIR. Without --out it is target/docs.',
  });
}

/** As it is sent; a source stands as its whole table: which batch is in force changes from run to run. */
function compiledSql(graph: Graph): ReadonlyMap<string, CompiledSql> {
  return new Map(
    [...graph.nodes.values()].flatMap((node) => {
      if (node.type !== 'model') return [];
      const sql = (incremental: boolean): string =>
        modelSql(graph, node, incremental, ({ relation }) => quoted(relation));
      const [full, incremental] = [sql(false), sql(true)];
      return [[node.id, { full, incremental: incremental === full ? null : incremental }] as const];
    }),
  );
}

/** Before anything is escaped, which would hide a secret from who looks for it. */
function withoutSecrets(site: Site): Site {
  return JSON.parse(JSON.stringify(site, redactor.replacer)) as Site;
}

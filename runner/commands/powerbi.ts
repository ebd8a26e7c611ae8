import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, RunnerError } from '../errors.ts';
import { selectNodes } from '../graph/select.ts';
import { modelFaults } from '../powerbi/model-faults.ts';
import { modelFiles } from '../powerbi/model-files.ts';
import { modelTables } from '../powerbi/model-tables.ts';
import { connectionFile, reportFiles } from '../powerbi/report-files.ts';
import { staleFiles, writeFiles } from '../powerbi/write-files.ts';
import { plural } from '../util/plural.ts';
import { loadProject } from './load-project.ts';
import type { Command, CommonArgs } from './types.ts';

export interface PowerBiArgs extends CommonArgs {
  readonly out: string;
  readonly check: boolean;
  /** `host:port` */
  readonly server?: string;
  readonly database?: string;
}

/**
 * `runner powerbi`: writes the semantic model of the project, with a file that connects, without a server. The report is written
 * once: it belongs to who draws in it.
 */
export const powerbi: Command<PowerBiArgs> = async (args, reporter) => {
  const { project, graph } = await loadProject(args);
  const config = project.config.semanticModel;
  if (!config) {
    throw new RunnerError({
      code: 'SEMANTIC_MODEL_MISSING',
      message: 'the project describes no semantic model',
      file: 'project.yml',
      expected: 'semantic_model: with at least select, the nodes that become its tables',
      hint: 'Add it.',
    });
  }
  const address = { server: args.server ?? config.server, database: args.database ?? project.config.database };
  // By name, so that another order of building makes no other model.
  const names = selectNodes(graph, config).toSorted();
  const tables = modelTables(names.flatMap((id) => graph.nodes.get(id) ?? []));
  const faults = modelFaults(tables, config);
  if (faults.length > 0) throw new RunnerError(faults);
  const folder = resolve(project.dir, args.out);
  const files = new Map([
    ...modelFiles(tables, config, address),
    ...connectionFile(config.name, address),
    ...[...reportFiles(config.name)].filter(([path]) => !existsSync(join(folder, path))),
  ]);
  if (args.check) {
    const stale = staleFiles(folder, files);
    if (stale.length > 0) throw outOfDate(args.out, stale);
    reporter.line(`${args.out}/ is up to date`);
    return EXIT.done;
  }
  const written = writeFiles(folder, files);
  reporter.line(
    `${plural(tables.length, 'table')} in ${args.out}/${config.name}.pbip, ${plural(written.length, 'file')} changed`,
  );
  return EXIT.done;
};

function outOfDate(out: string, stale: readonly string[]): RunnerError {
  return new RunnerError(
    stale.map((path) => ({
      code: 'SEMANTIC_MODEL_STALE',
      message: `${path} is not what the project makes of it`,
      file: `${out}/${path}`,
      hint: 'Run `runner powerbi`, and commit what it writes. What was changed by hand belongs into project.yml or a contract.',
    })),
    EXIT.failed,
  );
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeManifest } from '../artifacts/artifacts.ts';
import { EXIT } from '../errors.ts';
import { modelSql } from '../execute/model-sql.ts';
import { selectNodes } from '../graph/select.ts';
import type { ModelNode } from '../graph/types.ts';
import { plural } from '../util/plural.ts';
import { redactor } from '../util/redact.ts';
import { quoted } from '../util/sql.ts';
import { answerOf } from './answer.ts';
import { loadProject } from './load-project.ts';
import type { Command, SelectionArgs } from './types.ts';

export interface CompileArgs extends SelectionArgs {
  readonly output: 'text' | 'json';
}

/**
 * `runner compile`: renders the selected models into `target/compiled/` and writes `target/manifest.json`, without a server. A source stands as its whole
 * raw table: which batch is in force is known to the target only.
 */
export const compile: Command<CompileArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const models = selectNodes(loaded.graph, args)
    .map((id) => loaded.graph.nodes.get(id))
    .filter((node): node is ModelNode => node?.type === 'model');
  const rows = models.map((node) => {
    const file = join('target', 'compiled', node.file);
    const sql = modelSql(loaded.graph, node, false, (source) => quoted(source.relation));
    mkdirSync(dirname(join(loaded.project.dir, file)), { recursive: true });
    writeFileSync(join(loaded.project.dir, file), `${redactor.redact(sql)}\n`);
    return [node.name, file, sql];
  });
  writeManifest(loaded.project, loaded.graph, 'compile');
  if (args.output === 'json') reporter.answer(answerOf(['name', 'file', 'sql'], rows));
  else if (args.select) reporter.text(rows.map(([, file, sql]) => `-- ${file}\n${sql}\n`).join('\n'));
  else reporter.line(`${plural(rows.length, 'model')} compiled into target/compiled/`);
  return EXIT.done;
};

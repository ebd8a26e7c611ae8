import type { Session, TextResult } from '../adapters/types.ts';
import { bind } from '../compile/bind.ts';
import { createRenderer } from '../compile/render.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import { modelSql, refSql } from '../execute/model-sql.ts';
import { sourceSql } from '../execute/source-sql.ts';
import { selectNodes } from '../graph/select.ts';
import type { Graph, Node, SourceNode } from '../graph/types.ts';
import type { Versions } from '../state/fingerprint.ts';
import { quoted } from '../util/sql.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import type { Command, CommonArgs } from './types.ts';

export interface ShowArgs extends CommonArgs {
  readonly model?: string;
  readonly inline?: string;
  /** Rows at the most; 0 for all. */
  readonly limit: number;
}

/** `runner show MODEL` or `--inline SQL`: the rows of a query, over what is published; nothing is written. */
export const show: Command<ShowArgs> = async (args, reporter) => {
  const loaded = loadProject(args);
  if ((args.model === undefined) === (args.inline === undefined)) {
    throw new RunnerError({
      code: 'SHOW_WHAT',
      message: 'show needs a model or --inline SQL',
      expected: "runner show MODEL, or runner show --inline 'select …'",
    });
  }
  const node = args.model === undefined ? undefined : oneNode(loaded.graph, args.model);
  return withTarget(loaded, args, reporter, async ({ db, versions }) => {
    const sql = node ? sqlOfNode(loaded.graph, versions, node) : sqlOfText(loaded, versions, args.inline ?? '');
    reporter.answer(await db.transaction((tx) => fetch(tx, sql, args.limit)));
    return EXIT.done;
  });
};

/** Through a cursor, so that a limit spares the server the rest and the query keeps its own order. */
async function fetch(tx: Session, sql: string, limit: number): Promise<TextResult> {
  try {
    await tx.query('set transaction read only');
    await tx.query(`declare shown no scroll cursor for ${sql.trim().replace(/;$/, '')}`, []);
    return await tx.query(`fetch ${limit === 0 ? 'all' : limit} from shown`);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new RunnerError(
      {
        code: `SQL_${error.sqlstate}`,
        message: error.message,
        hint: error.hint,
        source: sql.length < 500 ? sql : undefined,
      },
      EXIT.failed,
    );
  }
}

function oneNode(graph: Graph, name: string): Node {
  const found = selectNodes(graph, { select: [name] }).flatMap((id) => graph.nodes.get(id) ?? []);
  const [node, ...others] = found;
  if (node && others.length === 0) return node;
  throw new RunnerError({
    code: 'SHOW_WHAT',
    message: `"${name}" names ${found.length} nodes`,
    expected: 'one model or seed',
    found: found.map((other) => other.name).join(', '),
  });
}

function sqlOfNode(graph: Graph, versions: Versions, node: Node): string {
  if (node.type === 'model') return modelSql(graph, node, false, sourceInForce(versions));
  return `select * from ${quoted(node.relation)}`;
}

/** `--inline` is a template like a model's: `ref()` and the macros work in it. */
function sqlOfText({ project, graph, asOf, vars, env }: LoadedProject, versions: Versions, template: string): string {
  const rendered = createRenderer(project, { asOf, vars, env })({
    name: 'inline',
    file: '--inline',
    template,
    config: {},
  });
  return bind(rendered.body, {
    self: { schema: 'public', name: 'inline' },
    ref: (name) => refSql(graph, name, sourceInForce(versions)),
    source: (name) => {
      const node = [...graph.nodes.values()].find(
        (candidate): candidate is SourceNode => candidate.type === 'source' && candidate.name === name,
      );
      return node ? sourceInForce(versions)(node) : name;
    },
  });
}

function sourceInForce(versions: Versions): (node: SourceNode) => string {
  return (node) => sourceSql(node, versions.batch(node.name));
}

import type { Session, TextResult } from '../adapters/types.ts';
import { bind } from '../compile/bind.ts';
import type { Located } from '../compile/locate.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import { type LocateInModel, locateError } from '../execute/locate-error.ts';
import { boundModel, refOf } from '../execute/model-sql.ts';
import { sourceSql } from '../execute/source-sql.ts';
import { selectNodes } from '../graph/select.ts';
import type { Graph, Node, SourceNode } from '../graph/types.ts';
import type { Versions } from '../state/versions.ts';
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
  const loaded = await loadProject(args, { inline: args.inline });
  if ((args.model === undefined) === (args.inline === undefined)) {
    throw new RunnerError({
      code: 'SHOW_WHAT',
      message: 'show needs a model or --inline SQL',
      expected: "runner show MODEL, or runner show --inline 'select …'",
      hint: 'One of the two: runner ls says which models there are.',
    });
  }
  const node = args.model === undefined ? undefined : oneNode(loaded.graph, args.model);
  return withTarget(loaded, args, reporter, async ({ db, versions }) => {
    const shown = node ? ofNode(loaded, versions, node) : await ofText(loaded, versions, args.inline ?? '');
    reporter.answer(await db.transaction((tx) => fetch(tx, shown, args.limit)));
    return EXIT.done;
  });
};

/** A query to show, and where its errors stand. */
interface Shown {
  readonly sql: string;
  readonly locate: (error: DatabaseError) => Promise<Located>;
}

/** Through a cursor, so that a limit spares the server the rest and the query keeps its own order. */
async function fetch(tx: Session, { sql, locate }: Shown, limit: number): Promise<TextResult> {
  try {
    await tx.query('set transaction read only');
    await tx.query(`declare shown no scroll cursor for ${sql}`, []);
    return await tx.query(`fetch ${limit === 0 ? 'all' : limit} from shown`);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new RunnerError(
      {
        code: `SQL_${error.sqlstate}`,
        message: error.message,
        ...(await locate(error)),
        hint: error.hint ?? 'The SQL as it is sent: runner compile --select MODEL.',
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
    hint: 'Name one of them, as runner ls does.',
  });
}

function ofNode({ graph, locate }: LoadedProject, versions: Versions, node: Node): Shown {
  if (node.type !== 'model') {
    return { sql: `select * from ${quoted(node.relation)}`, locate: async () => ({ file: node.file }) };
  }
  const bound = boundModel(graph, node, false, sourceInForce(versions));
  return {
    sql: bound.sql,
    locate: async (error) => ({ file: node.file, ...(await locateError(node, error, () => bound, locate)) }),
  };
}

/** `--inline` is a template like a model's: `ref()` and the macros work in it. */
async function ofText(
  { project, graph, asOf, vars, env }: LoadedProject,
  versions: Versions,
  template: string,
): Promise<Shown> {
  const { createRenderer } = await import('../compile/render.ts');
  const { createLocator } = await import('../compile/locate.ts');
  const options = { asOf, vars, env };
  const model = { name: 'inline', file: '--inline', template, config: {} };
  const rendered = createRenderer(project, options)(model);
  const locate: LocateInModel = async (_name, incremental, offset) =>
    createLocator(project, options)(model, incremental, offset);
  if (rendered.problem) {
    const { code, message, hint, incremental, offset } = rendered.problem;
    throw new RunnerError({ code, message, ...(await locate(model.name, incremental, offset)), hint }, EXIT.failed);
  }
  const bound = bind(rendered.body, {
    self: { schema: 'public', name: 'inline' },
    ref: (name) => refOf(graph, name, sourceInForce(versions)),
    source: (name) => {
      const node = [...graph.nodes.values()].find(
        (candidate): candidate is SourceNode => candidate.type === 'source' && candidate.name === name,
      );
      return node ? sourceInForce(versions)(node) : name;
    },
  });
  return {
    sql: bound.sql,
    locate: (error) => locateError({ name: model.name, rendered }, error, () => bound, locate),
  };
}

function sourceInForce(versions: Versions): (node: SourceNode) => string {
  return (node) => sourceSql(node, versions.batch(node.name));
}

import type { SourceNode } from '../graph/types.ts';
import type { BatchState } from '../state/types.ts';
import { unlessAborted } from '../util/again.ts';
import type { Relation } from '../util/sql.ts';
import { contentHash, copyRows, hashed } from './copy-rows.ts';
import { bringsNothing } from './land.ts';
import { refuse } from './refuse.ts';
import { type LoaderRun, openLoader } from './run-loader.ts';

/** What a load would do. */
export interface DryLoad {
  /** Rows that would land; `null` when the source holds what the batch in force holds. */
  readonly rows: number | null;
  /** Of a requested source: what it would be asked for. */
  readonly questions?: number;
}

/**
 * Runs a source's loader as `runLoader` does, lands nothing, and asks nothing that is paid for.
 * @throws RunnerError with the loader's own fault
 */
export async function dryLoad(
  run: LoaderRun,
  node: SourceNode,
  last: BatchState | undefined,
  requestsFrom?: Relation,
): Promise<DryLoad> {
  const { source } = node;
  const opened = await openLoader(run, node, last, requestsFrom);
  const context = { ...opened.context, dryRun: true };
  const questions = context.requests ? { questions: context.requests.length } : {};
  try {
    const extraction = await unlessAborted(opened.loader(context), context.signal);
    if (extraction === 'unchanged') return { rows: null, ...questions };
    let rows = 0;
    const counted = async function* (): typeof extraction.rows {
      for await (const row of extraction.rows) {
        rows += 1;
        yield row;
      }
    };
    const hash = contentHash(source.columns);
    for await (const _ of hashed(copyRows(counted(), source.columns.length), hash));
    const isUnchanged = bringsNothing(source, rows, hash.digest('hex'), last?.version);
    return { rows: isUnchanged ? null : rows, ...questions };
  } catch (error) {
    return refuse(error, context.source);
  }
}

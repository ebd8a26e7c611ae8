import { Cancelled, RunnerError } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { unlessAborted } from '../util/again.ts';
import { sentences } from '../util/sentences.ts';
import { type ContextOfRun, importLoader, loaderContext } from './run-loader.ts';
import type { LoaderContext, SourceFault } from './types.ts';

/** Whether a source can be read, and in a few words what it answered or what to do. */
export interface Checked {
  readonly works: boolean;
  readonly detail: string;
}

/** Milliseconds that a source has to answer. */
const LIMIT = 15_000;

/**
 * Tries a source and lands nothing: by its own check, or else by reading its first row. A requested source is asked nothing.
 * @throws Cancelled
 */
export async function checkSource(
  run: Omit<ContextOfRun, 'notice'>,
  node: SourceNode,
  limit = LIMIT,
): Promise<Checked> {
  const late = AbortSignal.timeout(limit);
  const signal = run.signal ? AbortSignal.any([run.signal, late]) : late;
  let said = '';
  const notice = (message: string): void => {
    said = message;
  };
  const requests = node.source.requests ? { requests: [] } : {};
  const context = { ...loaderContext({ ...run, notice, signal }, node), ...requests };
  try {
    return { works: true, detail: await unlessAborted(ask(node, context), signal) };
  } catch (error) {
    if (run.signal?.reason instanceof Cancelled) throw run.signal.reason;
    if (!late.aborted) return { works: false, detail: toDo(error) };
    const after = `No answer within ${limit / 1000} s`;
    return { works: false, detail: sentences(said, after, 'Check the network and the address, then try again.') };
  }
}

async function ask(node: SourceNode, context: LoaderContext): Promise<string> {
  const { loader, check } = await importLoader(context.projectDir, node.source.loader ?? '', node.name);
  if (check) return check(context);
  const extraction = await loader(context);
  if (extraction === 'unchanged') return 'unchanged';
  // Leaving the loop closes what the rows come from.
  for await (const { number } of extraction.rows) return `${extraction.origin}: row ${number} was read`;
  return `${extraction.origin}: no row`;
}

function toDo(error: unknown): string {
  if (error instanceof RunnerError)
    return error.faults.map(({ file, ...fault }) => told({ ...fault, place: file })).join(' ');
  return error instanceof Error ? told(error as Error & Partial<SourceFault>) : String(error);
}

function told({
  message,
  place,
  hint,
}: {
  readonly message: string;
  readonly place?: string | undefined;
  readonly hint?: string | undefined;
}): string {
  return sentences(place === undefined || message.includes(place) ? message : `${place}: ${message}`, hint);
}

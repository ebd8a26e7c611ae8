import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Database } from '../adapters/types.ts';
import { ConnectionLost, EXIT, RunnerError } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import type { SourceTable } from '../project/types.ts';
import type { BatchState } from '../state/types.ts';
import { again, unlessAborted } from '../util/again.ts';
import type { Relation } from '../util/sql.ts';
import { type Landing, type LandingTarget, land, unsealed } from './land.ts';
import { readRequests } from './read-requests.ts';
import { refuse } from './refuse.ts';
import { sourceEnv, unsetVariables } from './source-env.ts';
import type { Check, Extraction, Loader, LoaderContext } from './types.ts';

export interface LoaderRun extends ContextOfRun {
  readonly db: Database;
  readonly stateSchema: string;
  readonly runId: string;
}

/** What the context of a loader is made of. */
export interface ContextOfRun {
  readonly projectDir: string;
  readonly asOf: string;
  readonly vars: Readonly<Record<string, unknown>>;
  /** The environment, without the defaults of sources.yml. */
  readonly env: (name: string) => string | undefined;
  /** Whether the defaults of sources.yml (the bundled sample) may stand in for what is not set. */
  readonly sampleAllowed: boolean;
  readonly notice: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Lands a source. A requested one is given the rows of its model that raw does not hold yet: all of them when its
 * `force_env` is 1, none when its `when_env` is not.
 * @param last the batch in force
 * @param requestsFrom the relation of the model that holds the requests
 */
export async function runLoader(
  run: LoaderRun,
  node: SourceNode,
  last: BatchState | undefined,
  requestsFrom?: Relation,
): Promise<Landing> {
  const { loader, context } = await openLoader(run, node, last, requestsFrom);
  const { source } = node;
  const target: LandingTarget = { db: run.db, raw: node.relation, stateSchema: run.stateSchema, runId: run.runId };
  let extraction: Extraction | 'unchanged' | undefined;
  const landing = await again(
    async () => {
      extraction ??= await ask(loader, context);
      return extraction === 'unchanged' ? { batch: null } : land(target, source, extraction, context);
    },
    {
      isPassing: (error) =>
        error instanceof ConnectionLost && !error.atCommit && (isInMemory(extraction) || mayAskAgain(source)),
      signal: run.signal,
      onAgain: (error, attempt) => {
        const way = isInMemory(extraction) ? 'landed' : 'read';
        run.notice(`${(error as Error).message}. Nothing was landed: it is ${way} again (${attempt} of 2)`);
        if (!isInMemory(extraction)) extraction = undefined;
      },
    },
  );
  const answered = landing.batch?.rowCount ?? 0;
  const { requests } = context;
  return { ...landing, unanswered: requests && source.requests?.key ? requests.length - answered : 0 };
}

function ask(loader: Loader, context: LoaderContext): Promise<Extraction | 'unchanged'> {
  return unlessAborted(loader(context), context.signal).catch((error: unknown) => refuse(error, context.source));
}

/** Rows that may be landed twice; a stream is read once. */
function isInMemory(extraction: Extraction | 'unchanged' | undefined): boolean {
  return typeof extraction === 'object' && Array.isArray(extraction.rows);
}

/** Answers may be paid for, and what is appended may have moved on. */
function mayAskAgain({ mode, requests }: SourceTable): boolean {
  return mode === 'replace' && !requests;
}

/** The loader of a source, and what it is told. */
export async function openLoader(
  run: LoaderRun,
  node: SourceNode,
  last: BatchState | undefined,
  requestsFrom?: Relation,
): Promise<{ readonly loader: Loader; readonly context: LoaderContext }> {
  const { source } = node;
  if (run.sampleAllowed) refuseSample(run, node, last);
  const { loader } = await importLoader(run.projectDir, source.loader ?? '', node.name);
  const requests = requestsFrom && (await readRequests(run, node, requestsFrom));
  const context: LoaderContext = {
    ...loaderContext(run, node),
    lastOriginHash: unsealed(last?.originHash ?? null, source.columns),
    ...(requests ? { requests } : {}),
  };
  return { loader, context };
}

/** What a loader is given whatever is in force and asked for. */
export function loaderContext(run: ContextOfRun, { name, source }: SourceNode): LoaderContext {
  return {
    projectDir: run.projectDir,
    source: name,
    columns: source.columns,
    env: sourceEnv(source, run.env, run.sampleAllowed),
    vars: run.vars,
    asOf: run.asOf,
    lastOriginHash: null,
    notice: run.notice,
    ...(run.signal ? { signal: run.signal } : {}),
  };
}

/**
 * The sample stands in for what is not configured, but not for what was: rows that came from elsewhere would be
 * replaced by fictitious ones for want of a variable.
 */
function refuseSample(run: LoaderRun, { name, source }: SourceNode, last: BatchState | undefined): void {
  const unset = unsetVariables(source, run.env);
  const isSample = unset.some((variable) => source.env[variable] === last?.origin);
  if (!last || source.requests || unset.length === 0 || isSample) return;
  throw new RunnerError(
    {
      code: 'SAMPLE_REFUSED',
      message: `source ${name}: ${unset.join(', ')} is not set, and the rows in force are not the sample's`,
      found: last.origin,
      hint: `Set ${unset.join(', ')} in .env. To go back to the sample: runner clean --data`,
    },
    EXIT.failed,
  );
}

/** A source's module: its loader, and what `runner debug` asks where it has that. */
export async function importLoader(
  projectDir: string,
  path: string,
  source: string,
): Promise<{ readonly loader: Loader; readonly check?: Check }> {
  const file = join(projectDir, path);
  if (!existsSync(file)) {
    throw new RunnerError({
      code: 'LOADER_NOT_FOUND',
      message: `the loader of source ${source} is not there`,
      file: path,
      hint: 'Compile the project (npm run build), or correct loader: in sources/sources.yml.',
    });
  }
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown; check?: unknown };
  if (typeof module.default === 'function') {
    const loader = module.default as Loader;
    return typeof module.check === 'function' ? { loader, check: module.check as Check } : { loader };
  }
  throw new RunnerError({
    code: 'LOADER_INVALID',
    message: `the loader of source ${source} exports no function`,
    file: path,
    expected: 'export default async function (context)',
    hint: 'Correct the module, or loader: in sources/sources.yml.',
  });
}

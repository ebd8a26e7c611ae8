// Helpers of the loaders' tests.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import exceljs from 'exceljs';
import { afterEach, beforeEach } from 'vitest';
import type { Extraction, Loader, LoaderContext, RawRow, SourceFault } from '../../runner/landing/types.ts';
import { isFault } from './fault.ts';

interface TempDir {
  readonly path: () => string;
  /** Writes a file and returns its name. */
  readonly write: (name: string, content: string | Uint8Array) => Promise<string>;
}

/** A folder of its own for each test, removed after it. */
export function useTempDir(): TempDir {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sources-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return {
    path: () => folder,
    write: async (name, content) => {
      await writeFile(join(folder, name), content);
      return name;
    },
  };
}

export interface TestContext extends LoaderContext {
  readonly notices: readonly string[];
}

export function testContext(
  fields: Partial<Omit<LoaderContext, 'env' | 'notice'>> & { readonly env?: Readonly<Record<string, string>> },
): TestContext {
  const notices: string[] = [];
  const { env = {}, ...rest } = fields;
  return {
    projectDir: '/',
    source: 'system.table',
    columns: [],
    vars: {},
    asOf: '2026-11-24',
    lastOriginHash: null,
    ...rest,
    env: (name) => env[name],
    notice: (message) => notices.push(message),
    notices,
  };
}

export async function extract(load: Loader, context: LoaderContext): Promise<Extraction & { readonly all: RawRow[] }> {
  const extraction = await load(context);
  if (extraction === 'unchanged') throw new Error('the loader says "unchanged"');
  return { ...extraction, all: await collect(extraction.rows) };
}

export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The fault that the work ends with; fails when it ends well or with an error that is none. */
export async function faultOf(work: Promise<unknown>): Promise<SourceFault & { readonly message: string }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isFault(error)) return error;
  throw new Error('no fault', { cause: error });
}

export type TestCell = exceljs.CellValue;

/** An .xlsx file with the sheets given, row by row. */
export async function workbookBytes(
  sheets: Readonly<Record<string, readonly (readonly TestCell[])[]>>,
  change?: (workbook: exceljs.Workbook) => void,
): Promise<Buffer> {
  const workbook = new exceljs.Workbook();
  for (const [name, rows] of Object.entries(sheets)) {
    const sheet = workbook.addWorksheet(name);
    for (const row of rows) sheet.addRow([...row]);
  }
  change?.(workbook);
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

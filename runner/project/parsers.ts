import type { Contract } from '../contracts/types.ts';
import { inThreads } from '../util/threads.ts';
import type { Cache } from './cache.ts';
import { CONTRACT } from './contract-form.ts';
import type { ProjectConfig, SeedFile, SourceTable } from './types.ts';
import type { UnitTestFile } from './unit-tests.ts';

/** The parsers of the project's files; each is loaded, with its library, only for a file that the cache does not know. */
export interface Parsers {
  parseProjectConfig(text: string, file: string): Promise<ProjectConfig>;
  parseSources(text: string, file: string): Promise<readonly SourceTable[]>;
  parseSeed(text: string, name: string, file: string): Promise<SeedFile>;
  parseContract(file: TextFile): Promise<Contract>;
  /** Parses many contracts ahead, on all processors, as far as the cache does not know them. */
  parseContractsAhead(files: readonly TextFile[]): Promise<void>;
  parseUnitTests(text: string, file: string): Promise<UnitTestFile>;
}

/** A file by its text and path. */
export type TextFile = readonly [text: string, file: string];

export function cachedParsers(cache: Cache): Parsers {
  return {
    parseProjectConfig: (text, file) =>
      cache.memo('config', [text, file], async () => (await import('./config.ts')).parseProjectConfig(text, file)),
    parseSources: (text, file) =>
      cache.memo('sources', [text, file], async () => (await import('./sources.ts')).parseSources(text, file)),
    parseSeed: (text, name, file) =>
      cache.memo('seed', [text, name, file], async () => (await import('./seeds.ts')).parseSeed(text, name, file)),
    parseContract: (key) =>
      cache.memo('contract', key, async () => (await import('../contracts/parse.ts')).parseContract(...key), {
        form: CONTRACT,
      }),
    async parseContractsAhead(files) {
      const unknown = files.filter((key) => cache.lacks('contract', key));
      const texts = await inThreads(new URL('./contract-task.js', import.meta.url), null, unknown);
      unknown.forEach((key, index) => {
        const written = texts[index];
        if (written !== undefined) cache.put('contract', key, written);
      });
    },
    parseUnitTests: (text, file) =>
      cache.memo('unit tests', [text, file], async () => (await import('./unit-tests.ts')).parseUnitTests(text, file)),
  };
}

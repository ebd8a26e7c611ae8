import type { Contract } from '../contracts/types.ts';
import type { Cache } from './cache.ts';
import type { ProjectConfig, SeedFile, SourceTable } from './types.ts';
import type { UnitTestFile } from './unit-tests.ts';

/** The parsers of the project's files; each is loaded, with its library, only for a file that the cache does not know. */
export interface Parsers {
  parseProjectConfig(text: string, file: string): Promise<ProjectConfig>;
  parseSources(text: string, file: string): Promise<readonly SourceTable[]>;
  parseSeed(text: string, name: string, file: string): Promise<SeedFile>;
  parseContract(text: string, file: string): Promise<Contract>;
  parseUnitTests(text: string, file: string): Promise<UnitTestFile>;
}

export function cachedParsers(cache: Cache): Parsers {
  return {
    parseProjectConfig: (text, file) =>
      cache.memo('config', [text, file], async () => (await import('./config.ts')).parseProjectConfig(text, file)),
    parseSources: (text, file) =>
      cache.memo('sources', [text, file], async () => (await import('./sources.ts')).parseSources(text, file)),
    parseSeed: (text, name, file) =>
      cache.memo('seed', [text, name, file], async () => (await import('./seeds.ts')).parseSeed(text, name, file)),
    parseContract: (text, file) =>
      cache.memo('contract', [text, file], async () =>
        (await import('../contracts/parse.ts')).parseContract(text, file),
      ),
    parseUnitTests: (text, file) =>
      cache.memo('unit tests', [text, file], async () => (await import('./unit-tests.ts')).parseUnitTests(text, file)),
  };
}

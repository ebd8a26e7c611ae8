import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import type { Contract } from '../contracts/types.ts';
import { type Fault, RunnerError } from '../errors.ts';
import { placeAt } from '../util/places.ts';
import { didYouMean } from '../util/suggest.ts';
import { type Cache, NO_CACHE } from './cache.ts';
import { alertFaults } from './message-faults.ts';
import { doubles, TESTS_ENDING, unknownNames } from './names.ts';
import { cachedParsers, type TextFile } from './parsers.ts';
import { placeFaults } from './place-faults.ts';
import type { ModelFile, NodeConfig, Project, ProjectConfig, SeedFile } from './types.ts';
import type { UnitTestFile } from './unit-tests.ts';

/**
 * Reads a project folder: project.yml, models/ with their unit tests, macros/, seeds/, sources/sources.yml and soda/.
 * @throws RunnerError with the faults of all files, each with its place
 */
export async function readProject(dir: string, cache: Cache = NO_CACHE): Promise<Project> {
  const { project, faults } = await inspectProject(dir, cache);
  if (faults.length > 0) throw new RunnerError(placeFaults(dir, faults));
  return project;
}

/** A contract as it stands in its file, which Soda reads for itself. */
export function readContractText({ dir }: Pick<Project, 'dir'>, file: string): string {
  return read(dir, file);
}

export interface Inspected {
  /** What could be read. A model or seed that could not is there by its name, so that what reads it finds it. */
  readonly project: Project;
  readonly faults: readonly Fault[];
  /** Files that could not be read as what they are. */
  readonly unread: ReadonlySet<string>;
  /** Contracts as they stand in their files, by the file. */
  readonly contractTexts: ReadonlyMap<string, TextFile>;
}

/**
 * Reads a project folder as far as it can be.
 * @throws RunnerError with the faults of all files when project.yml is one of them: no model can be judged without it
 */
export async function inspectProject(dir: string, cache: Cache = NO_CACHE): Promise<Inspected> {
  const faults: Fault[] = [];
  requireProject(dir);
  const [config] = await collect(faults, () => readConfig(dir, cache));
  const { parseSeed, parseSources, parseContract, parseContractsAhead, parseUnitTests } = cachedParsers(cache);
  const each = async <T>(
    files: readonly string[],
    parse: (text: string, file: string) => T | Promise<T>,
  ): Promise<readonly T[]> => {
    const parsed: T[] = [];
    for (const file of files) parsed.push(...(await collect(faults, () => parse(read(dir, file), file))));
    return parsed;
  };

  const models: ModelFile[] = [];
  for (const file of list(dir, 'models', '.sql')) {
    const [template = ''] = await collect(faults, () => read(dir, file));
    models.push({ name: stem(file), file, template, config: inherited(config, file) });
  }
  const macros = await each(list(dir, 'macros', '.sql'), (template, file) => ({ name: stem(file), file, template }));
  const seeds: SeedFile[] = [];
  for (const file of list(dir, 'seeds', '.csv')) {
    const [seed] = await collect(faults, () => parseSeed(read(dir, file), stem(file), file));
    seeds.push(seed ?? { name: stem(file), file, header: [], rows: [] });
  }
  const sources = (await each(list(dir, 'sources', 'sources.yml'), parseSources)).flat();
  const described = await each(list(dir, 'soda', '.yml'), (text, file): TextFile => [text, file]);
  await parseContractsAhead(described);
  const contracts: Contract[] = [];
  for (const file of described) contracts.push(...(await collect(faults, () => parseContract(file))));
  const unitTests = await each(list(dir, 'models', TESTS_ENDING), parseUnitTests);
  const unread = new Set(faults.flatMap(({ file }) => file ?? []));

  const names = [...models, ...seeds].map(({ name }) => name);
  const tables = sources.map(({ system, table }) => ({ name: `${system}.${table}`, file: SOURCES }));
  faults.push(
    ...doubles('nodes', [...models, ...seeds]),
    ...doubles('macros', macros),
    ...doubles(
      'contracts',
      contracts.map(({ file }) => ({ name: stem(file), file })),
    ),
    ...doubles('source tables', tables),
    ...doubles(
      'files of unit tests',
      unitTests.map(({ model: name, file }) => ({ name, file })),
    ),
    ...strayContracts(contracts, names),
    ...strayTests(
      unitTests,
      models.map(({ name }) => name),
    ),
  );
  if (!config) throw new RunnerError(placeFaults(dir, faults));
  const byName = new Map(contracts.map((contract) => [stem(contract.file), contract]));
  faults.push(
    ...unknownNames(config, {
      models: models.map(({ name }) => name),
      folders: [...new Set(models.flatMap(({ file }) => foldersOf(file)))],
      seeds: seeds.map(({ name }) => name),
      sources: unread.has(SOURCES) ? undefined : tables.map(({ name }) => name),
      contracts: byName,
    }),
  );
  const isUnread = (name: string): boolean =>
    [...unread].some((file) => file.startsWith('soda/') && stem(file) === name);
  const judged = models.flatMap(({ name }) => (isUnread(name) ? [] : name));
  faults.push(...alertFaults(config.alert, byName, judged));
  const tests = new Map(unitTests.map(({ model: name, tests }) => [name, tests]));
  const project = { dir, config, models, macros, seeds, sources, contracts: byName, unitTests: tests };
  const contractTexts = new Map(described.map((text) => [text[1], text]));
  return { project, faults, unread, contractTexts };
}

export const SOURCES = 'sources/sources.yml';

/**
 * project.yml alone.
 * @throws RunnerError `PROJECT_NOT_FOUND`, or with the faults of the file
 */
export async function readConfig(dir: string, cache: Cache = NO_CACHE): Promise<ProjectConfig> {
  requireProject(dir);
  return cachedParsers(cache).parseProjectConfig(read(dir, 'project.yml'), 'project.yml');
}

/** project.yml without what is wrong in it; `undefined` where nothing can be read. For an alert that tells of just that. */
export async function readConfigAsFarAsItGoes(dir: string): Promise<ProjectConfig | undefined> {
  try {
    const { parseConfigAsFarAsItGoes } = await import('./config.ts');
    return parseConfigAsFarAsItGoes(read(dir, 'project.yml'), 'project.yml');
  } catch {
    return undefined;
  }
}

function requireProject(dir: string): void {
  if (existsSync(join(dir, 'project.yml'))) return;
  throw new RunnerError({
    code: 'PROJECT_NOT_FOUND',
    message: `no project.yml in ${dir}`,
    hint: 'Run the command in the project folder, or name it with --project-dir.',
  });
}

/** The configuration of the nearest folder that project.yml names, over those of the folders above it. */
function inherited(config: ProjectConfig | undefined, file: string): NodeConfig {
  return Object.assign({}, ...foldersOf(file).map((path) => config?.models[path])) as NodeConfig;
}

/** `models/a/b/c.sql` → `a`, `a/b` */
function foldersOf(file: string): readonly string[] {
  const folders = posix.dirname(file).split('/').slice(1);
  return folders.map((_folder, depth) => folders.slice(0, depth + 1).join('/'));
}

function strayContracts(contracts: readonly Contract[], names: readonly string[]): readonly Fault[] {
  const known = new Set(names);
  return contracts
    .filter((contract) => !known.has(stem(contract.file)))
    .map((contract) => ({
      code: 'CONTRACT_WITHOUT_MODEL',
      message: `contract ${stem(contract.file)} has no model or seed of that name`,
      file: contract.file,
      expected: 'a file of the same name in models/ or seeds/',
      hint: didYouMean(stem(contract.file), names) ?? 'Rename it after what it describes, or remove it.',
    }));
}

function strayTests(files: readonly UnitTestFile[], models: readonly string[]): readonly Fault[] {
  return files
    .filter(({ model: name }) => !models.includes(name))
    .map(({ model: name, file }) => ({
      code: 'TESTS_WITHOUT_MODEL',
      message: `unit tests of ${name}, which is no model`,
      file,
      expected: 'a model of the same name in models/',
      found: name,
      hint: didYouMean(name, models),
    }));
}

/** Files below `folder` whose name ends with `ending`, as paths below the project, in a fixed order. */
function list(dir: string, folder: string, ending: string): readonly string[] {
  if (!existsSync(join(dir, folder))) return [];
  return filesBelow(dir, folder)
    .filter((file) => file.endsWith(ending))
    .sort();
}

/** Not by `recursive`, which asks the system of every file whether it is a folder. */
function filesBelow(dir: string, folder: string): readonly string[] {
  return readdirSync(join(dir, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && statSync(join(dir, file)).isDirectory());
    return isFolder ? filesBelow(dir, file) : file;
  });
}

async function collect<T>(faults: Fault[], work: () => T | Promise<T>): Promise<readonly T[]> {
  try {
    return [await work()];
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    faults.push(...error.faults);
    return [];
  }
}

/** @throws RunnerError `FILE_NOT_UTF8`: accents read wrongly would be other names, and published as such */
function read(dir: string, file: string): string {
  const text = readFileSync(join(dir, file), 'utf8');
  // What stands for bytes that are none; it may also stand there itself.
  if (text.includes('\uFFFD') && !isUtf8(readFileSync(join(dir, file)))) {
    throw new RunnerError({
      code: 'FILE_NOT_UTF8',
      message: `${file} is not written in UTF-8`,
      file,
      ...placeAt(text, text.indexOf('\uFFFD')),
      expected: 'UTF-8',
      hint: 'Save it as UTF-8 (in Excel: "CSV UTF-8").',
    });
  }
  return text;
}

function stem(file: string): string {
  return basename(file).replace(/\.[^.]+$/, '');
}

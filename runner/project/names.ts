import type { Contract } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import { didYouMean } from '../util/suggest.ts';
import { outboxFaults } from './message-faults.ts';
import { reviewColumnFaults, reviewModels } from './review-faults.ts';
import type { ProjectConfig } from './types.ts';

/** What the name of a file of unit tests ends with, after the model's name. */
export const TESTS_ENDING = '.tests.yml';

interface Known {
  readonly models: readonly string[];
  /** Below models/, of some model. */
  readonly folders: readonly string[];
  readonly seeds: readonly string[];
  /** `system.table`; `undefined` when it could not be read which there are. */
  readonly sources: readonly string[] | undefined;
  /** By what they describe. */
  readonly contracts: ReadonlyMap<string, Contract>;
}

/** Names in project.yml that nothing has: a flag, a table or a configuration that would silently never show. */
export function unknownNames(
  { models: configured, flags, cases, outputs, summary, outbox, alert, forget, personal, docs, review }: ProjectConfig,
  { models, folders, seeds, sources, contracts }: Known,
): readonly Fault[] {
  const unknown = (
    where: string,
    names: readonly string[],
    known: readonly string[] = names,
    there = 'Models, seeds and sources are named by their files, folders and sources.yml.',
  ): readonly Fault[] =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => ({
        code: 'NAME_UNKNOWN',
        message: `${where} names ${name}, which is not there`,
        file: 'project.yml',
        found: name,
        hint: didYouMean(name, known) ?? there,
      }));
  const flagNames = flags.map((flag) => flag.name);
  const flagsThere =
    flagNames.length > 0 ? `The flags there are: ${flagNames.join(', ')}.` : 'There are no flags: take it out.';
  const tables = sources && [...sources, ...models];
  const outboxes = outbox.map(({ name }) => name);
  const ofForget = [
    ...(forget?.knownBy ?? []).map((name) => [forget?.line, name, tables] as const),
    ...(forget?.rows ?? []).map(({ name, line }) => [line, name, tables] as const),
    ...(forget?.aliases ?? []).map(({ name, line }) => [line, name.split('.')[0] ?? '', models] as const),
    ...(forget?.messages ?? []).map(({ name, line }) => [line, name, outboxes] as const),
  ];
  const ofDocs = [
    ...docs.figures.map(({ title, model }) => [`figure "${title}" of docs`, model, models] as const),
    ...docs.figures.map(({ title, history }) => [`history of "${title}" of docs`, history?.model, models] as const),
    ...docs.charts.map(({ title, model }) => [`chart "${title}" of docs`, model, models] as const),
    ...docs.parameters.map(({ seed }) => ['parameters of docs', seed, seeds] as const),
  ];
  return [
    // A folder may be configured before its first model stands in it: a name that is like another is a typo.
    ...unknown(
      'models',
      Object.keys(configured).filter((name) => didYouMean(name, folders)),
      folders,
    ),
    ...flags.flatMap((flag) => [
      ...unknown(`flag ${flag.name}`, flag.sources ?? [], sources),
      ...unknown(`flag ${flag.name}`, flag.seeds ?? [], seeds),
      ...unknown(`flag ${flag.name}`, flag.empty === undefined ? [] : [flag.empty], models),
    ]),
    ...unknown('cases', cases, flagNames, flagsThere),
    ...outputs.flatMap(({ name, model }) => unknown(`output ${name}`, [model], models)),
    ...summary.flatMap(({ title, model }) => unknown(`summary "${title}"`, [model], [...models, ...seeds])),
    ...outbox.flatMap((config) =>
      [
        ...unknown(`outbox ${config.name}`, [config.model], models),
        ...outboxFaults(config, contracts),
        ...unknown(
          `when_flag of outbox ${config.name}`,
          config.whenFlag === undefined ? [] : [config.whenFlag],
          flagNames,
          flagsThere,
        ),
      ].map((fault) => ({ ...fault, line: config.line })),
    ),
    ...(alert?.rows ?? []).flatMap(({ model }) => unknown('alert', [model], models)),
    ...Object.entries(personal?.models ?? {}).flatMap(([name, { line }]) =>
      unknown('personal', [name], models).map((fault) => ({ ...fault, line })),
    ),
    ...ofDocs.flatMap(([where, name, known]) => unknown(where, name === undefined ? [] : [name], known)),
    ...(review ? reviewModels(review) : []).flatMap(({ line, model }) =>
      unknown('review', [model], models).map((fault) => ({ ...fault, line })),
    ),
    ...(review ? reviewColumnFaults(review, contracts) : []),
    ...ofForget.flatMap(([line, name, known]) => unknown('forget', [name], known).map((fault) => ({ ...fault, line }))),
  ];
}

/** The second of two things of one name, of which only one could be found. */
export function doubles(
  kind: string,
  files: readonly { readonly name: string; readonly file: string }[],
): readonly Fault[] {
  const first = new Map<string, string>();
  return files.flatMap(({ name, file }) => {
    const other = first.get(name);
    if (other === undefined) first.set(name, file);
    return other === undefined
      ? []
      : [
          {
            code: 'NAME_TWICE',
            message: `two ${kind} are named ${name}`,
            file,
            found: other,
            hint: 'Rename or remove one: they are found by their name.',
          },
        ];
  });
}

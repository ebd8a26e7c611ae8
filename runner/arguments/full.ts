import yargs, { type Argv } from 'yargs';
import { COMMANDS, type CommandSpec } from '../commands/index.ts';
import { COMMON_OPTIONS } from '../options.ts';
import { didYouMean } from '../util/suggest.ts';
import { camel } from './plain.ts';
import { type Call, UsageError } from './usage.ts';

/** Any command line. @throws UsageError */
export async function readWithYargs(argv: readonly string[]): Promise<Call | undefined> {
  let call: Call | undefined;
  const parser = COMMANDS.reduce<Argv>(
    (parsing, spec) => withCommand(parsing, spec, (found) => (call = found)),
    yargs([...argv])
      .scriptName('runner')
      .usage('$0 <command>\n\nBuilds the SQL models of a project, each audited by its contract before it is published.')
      .options(COMMON_OPTIONS),
  );
  await parser
    .demandCommand(1, 'which command?')
    .strict()
    .help()
    .wrap(Math.min(120, process.stdout.columns ?? 120))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(explain(message, argv));
    })
    .parseAsync();
  return call;
}

function withCommand(parsing: Argv, spec: CommandSpec, found: (call: Call) => void): Argv {
  return parsing.command(
    spec.command,
    spec.describe,
    (builder) => {
      for (const [name, options] of Object.entries(spec.positionals ?? {})) builder.positional(name, options as never);
      for (const [example, meaning] of spec.examples) builder.example(example, meaning);
      return builder.options(spec.options ?? {});
    },
    (given) => found({ spec, args: withLast(given, spec) }),
  );
}

/** An option that takes one value and is given twice has the value given last. */
function withLast(args: Readonly<Record<string, unknown>>, spec: CommandSpec): Readonly<Record<string, unknown>> {
  const lists = Object.entries({ ...COMMON_OPTIONS, ...spec.options, ...spec.positionals }).filter(
    ([, option]) => 'array' in option,
  );
  const isList = (name: string): boolean => lists.some(([list]) => list === name || camel(list) === name);
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, Array.isArray(value) && !isList(name) ? value.at(-1) : value]),
  );
}

/** yargs' words; of what is unknown, each once, with the commands that have it or the near name that yargs leaves out. */
function explain(message: string, argv: readonly string[]): string {
  const names = /^Unknown (?:argument|command)s?: (.+)$/.exec(message)?.[1]?.split(', ') ?? [];
  const unknown = names.filter((name) => !names.some((other) => other !== name && camel(other) === name));
  return unknown.length > 0 ? unknown.map((name) => explainUnknown(name, argv)).join('; ') : message;
}

function explainUnknown(name: string, argv: readonly string[]): string {
  const called = argv.map((word) => COMMANDS.find((spec) => nameOf(spec) === word)).find((spec) => spec !== undefined);
  const owners = COMMANDS.filter(({ options }) => Object.hasOwn(options ?? {}, name)).map(nameOf);
  if (called && owners.length > 0 && argv.some((word) => word.split('=')[0] === `--${name}`))
    return `${nameOf(called)} has no --${name}, only ${owners.join(', ')}`;
  const options = called
    ? Object.keys(called.options ?? {})
    : COMMANDS.flatMap((spec) => Object.keys(spec.options ?? {}));
  const hint = didYouMean(name, [...COMMANDS.map(nameOf), ...Object.keys(COMMON_OPTIONS), ...options]);
  return `Unknown argument: ${name}${hint ? `. ${hint}` : ''}`;
}

function nameOf({ command }: CommandSpec): string {
  return command.split(' ')[0] ?? '';
}

import yargs, { type Argv } from 'yargs';
import { COMMANDS, type CommandSpec } from '../commands/index.ts';
import { COMMON_OPTIONS } from '../options.ts';
import { didYouMean } from '../util/suggest.ts';
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
      throw error ?? new UsageError(explain(message));
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
  // yargs gives `two-words` as `twoWords` too.
  const isList = (name: string): boolean =>
    lists.some(
      ([list]) => list === name || list.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase()) === name,
    );
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, Array.isArray(value) && !isList(name) ? value.at(-1) : value]),
  );
}

/** yargs' words, with the near name that it leaves out. */
function explain(message: string): string {
  const names = [
    ...COMMANDS.map(({ command }) => command.split(' ')[0] ?? ''),
    ...Object.keys(COMMON_OPTIONS),
    ...COMMANDS.flatMap(({ options }) => Object.keys(options ?? {})),
  ];
  const unknown = /Unknown (?:argument|command)s?: (\S+)/.exec(message)?.[1]?.replace(/,$/, '');
  const hint = unknown ? didYouMean(unknown, names) : undefined;
  return hint ? `${message}. ${hint}` : message;
}

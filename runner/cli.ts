import yargs, { type Argv } from 'yargs';
import { COMMANDS, type CommandSpec } from './commands/index.ts';
import type { CommonArgs, Reporter } from './commands/types.ts';
import { DatabaseError, EXIT, type Fault, RunnerError } from './errors.ts';
import { listenForInterrupts } from './interrupt.ts';
import { COMMON_OPTIONS, DEFAULT_WAIT } from './options.ts';
import { createReporter } from './reporters/terminal.ts';
import { didYouMean } from './util/suggest.ts';

/**
 * The command line: argv → command → exit code (0 done, 1 a node, contract or source failed, 2 the command or the
 * project is wrong, 3 another run holds the target, 130 and 143 it was told to end by SIGINT or SIGTERM).
 */
export async function main(argv: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  let exitCode: number = EXIT.done;
  const parser = COMMANDS.reduce<Argv>(
    (parsing, spec) => withCommand(parsing, spec, argv, (code) => (exitCode = code)),
    yargs([...argv])
      .scriptName('runner')
      .usage('$0 <command>\n\nBuilds the SQL models of a project, each audited by its contract before it is published.')
      .options(COMMON_OPTIONS),
  );
  const wrong = (message: string): number => {
    process.stderr.write(`USAGE\n  ${message}\n  → runner --help\n`);
    return EXIT.wrong;
  };
  try {
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
  } catch (error) {
    if (error instanceof UsageError) return wrong(error.message);
    throw error;
  }
  return exitCode;
}

/** Who reads our output may stop reading (`runner ls | head`): the run goes on. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

class UsageError extends Error {}

/** What yargs takes for a number but no command can use. */
function requireNumbers({ threads, limit, wait }: Readonly<Record<string, unknown>>): void {
  const isCount = (value: unknown, least: number): boolean => Number.isInteger(value) && (value as number) >= least;
  if (!isCount(threads, 1)) throw new UsageError(`--threads must be a whole number from 1, not ${threads}`);
  if (limit !== undefined && !isCount(limit, 0))
    throw new UsageError(`--limit must be a whole number from 0, not ${limit}`);
  if (wait !== undefined && !isCount(wait, 0))
    throw new UsageError(`--wait takes a whole number of seconds from 0: --wait, or --wait=600`);
}

function withCommand(parsing: Argv, spec: CommandSpec, argv: readonly string[], end: (exitCode: number) => void): Argv {
  return parsing.command(
    spec.command,
    spec.describe,
    (builder) => {
      for (const [name, options] of Object.entries(spec.positionals ?? {})) builder.positional(name, options as never);
      for (const [example, meaning] of spec.examples) builder.example(example, meaning);
      return builder.options(spec.options ?? {});
    },
    async (given) => {
      const typed = withSelector(withLast(given, spec));
      const args = { ...typed, wait: secondsOf(typed.wait), argv: argv.slice(1).join(' ') };
      requireNumbers(args);
      end(await runCommand(spec, args as unknown as Omit<CommonArgs, 'signal'> & OutputArgs));
    },
  );
}

/** `--wait` alone is a long time. */
function secondsOf(wait: unknown): unknown {
  if (wait === undefined) return undefined;
  return wait === '' ? DEFAULT_WAIT : Number(wait);
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

/** `--selector name` is `--select selector:name`. */
function withSelector(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { selector, select = [] } = args as {
    readonly selector?: readonly string[];
    readonly select?: readonly string[];
  };
  return selector ? { ...args, select: [...select, ...selector.map((name) => `selector:${name}`)] } : args;
}

interface OutputArgs {
  readonly output?: 'text' | 'json';
  readonly logFormat: 'text' | 'json';
  readonly quiet: boolean;
}

async function runCommand(spec: CommandSpec, args: Omit<CommonArgs, 'signal'> & OutputArgs): Promise<number> {
  const reporter = createReporter({
    output: args.output ?? 'text',
    logFormat: args.logFormat,
    quiet: args.quiet,
    stdout: process.stdout,
    stderr: process.stderr,
    noColor: !!process.env.NO_COLOR,
  });
  const interrupts = listenForInterrupts({
    onFirst: ({ signal }) =>
      reporter.emit({ type: 'notice', message: `${signal}: cancelling what runs; once more to end at once` }),
    exit: (code) => process.exit(code),
  });
  try {
    const command = await spec.load();
    return await interrupts.endsSoon(command({ ...args, signal: interrupts.signal } as never, reporter));
  } catch (error) {
    return failure(error, reporter);
  } finally {
    reporter.close();
    interrupts.close();
  }
}

function failure(error: unknown, reporter: Reporter): number {
  if (error instanceof RunnerError) {
    reporter.faults(error.faults);
    return error.exitCode;
  }
  const unexpected: Fault = {
    code: error instanceof DatabaseError ? `SQL_${error.sqlstate}` : 'UNEXPECTED',
    message:
      error instanceof DatabaseError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error),
    hint: 'What was published stays as it was. Run the command again; if this comes back, report it with the lines above.',
  };
  reporter.faults([unexpected]);
  return EXIT.failed;
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

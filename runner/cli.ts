import { readArguments } from './arguments/read.ts';
import { type Call, UsageError } from './arguments/usage.ts';
import type { CommandSpec } from './commands/index.ts';
import type { CommonArgs, Reporter } from './commands/types.ts';
import { DatabaseError, EXIT, type Fault, RunnerError } from './errors.ts';
import { listenForInterrupts } from './interrupt.ts';
import type { KestraReporter } from './reporters/kestra.ts';
import { createReporter } from './reporters/reporter.ts';
import { stopwatch } from './util/timings.ts';

/**
 * The command line: argv → command → exit code (0 done, 1 a node, contract or source failed, 2 the command or the
 * project is wrong, 3 another run holds the target, 130 and 143 it was told to end by SIGINT or SIGTERM).
 */
export async function main(argv: readonly string[]): Promise<number> {
  stopwatch.lap('start');
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  let call: Call | undefined;
  try {
    call = await readArguments(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const output = outputOf(argv);
    const reporter = await reporterOf(output);
    reporter.faults([{ code: 'USAGE', message: error.message, hint: 'runner --help' }]);
    (await kestra(reporter, { ...output, kestra: argv.includes('--kestra') }))?.end(EXIT.wrong);
    return EXIT.wrong;
  }
  return call ? runCommand(call.spec, call.args as unknown as Omit<CommonArgs, 'signal'> & OutputArgs) : EXIT.done;
}

/** Who reads our output may stop reading (`runner ls | head`): the run goes on. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

interface OutputArgs {
  readonly output?: 'text' | 'json' | 'markdown';
  readonly logFormat: 'text' | 'json';
  readonly quiet: boolean;
  readonly timings: boolean;
  readonly kestra?: boolean;
}

/** What a command line that can't be read says of the form of its errors. */
function outputOf(argv: readonly string[]): OutputArgs {
  const formOf = (...names: readonly string[]): 'text' | 'json' =>
    names.some((name) => ` ${argv.join(' ')} `.replaceAll('=', ' ').includes(` ${name} json `)) ? 'json' : 'text';
  return { output: formOf('--output', '-o'), logFormat: formOf('--log-format'), quiet: false, timings: false };
}

function reporterOf({ output = 'text', logFormat, quiet }: OutputArgs): Promise<Reporter> {
  const { stdout, stderr, env } = process;
  return createReporter({ output, logFormat, quiet, stdout, stderr, env });
}

/** Who hears what Kestra is told at the end, where it calls; stdout that is kept for an answer in JSON stays as it is. */
async function kestra(reporter: Reporter, args: OutputArgs): Promise<KestraReporter | undefined> {
  const isCalled = (args.kestra === true || !!process.env.KESTRA_EXECUTION_ID) && (args.output ?? 'text') === 'text';
  return isCalled ? (await import('./reporters/kestra.ts')).kestraReporter(reporter, process.stdout) : undefined;
}

async function runCommand(spec: CommandSpec, args: Omit<CommonArgs, 'signal'> & OutputArgs): Promise<number> {
  const plain = await reporterOf(args);
  const told = await kestra(plain, args);
  const reporter = told?.reporter ?? plain;
  const interrupts = listenForInterrupts({
    onFirst: ({ signal }) =>
      reporter.emit({ type: 'notice', message: `${signal}: cancelling what runs; once more to end at once` }),
    exit: (code) => process.exit(code),
  });
  // Node would print the error of a forgotten promise or timer with all its fields, such as the headers of a request.
  const crash = (error: unknown): void => {
    failure(error, reporter);
    reporter.close();
    told?.end(EXIT.failed);
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', crash);
  let exitCode: number = EXIT.failed;
  try {
    const command = await spec.load();
    const given = { ...args, kestra: told !== undefined, signal: interrupts.signal };
    exitCode = await interrupts.endsSoon(command(given as never, reporter));
  } catch (error) {
    exitCode = failure(error, reporter);
  } finally {
    stopwatch.lap('end');
    if (args.timings) reporter.emit({ type: 'timings', milliseconds: stopwatch.laps() });
    reporter.close();
    told?.end(exitCode);
    interrupts.close();
    process.off('uncaughtException', crash);
  }
  return exitCode;
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

import { COMMANDS } from '../commands/index.ts';
import { COMMON_OPTIONS, DEFAULT_WAIT } from '../options.ts';
import { readPlainArgs } from './plain.ts';
import { type Call, requireKeys, requireNumbers } from './usage.ts';

/**
 * The command line as a command to run.
 * @returns `undefined` when it is answered already: a help text, a version
 * @throws UsageError
 */
export async function readArguments(argv: readonly string[]): Promise<Call | undefined> {
  const call = plainCall(argv) ?? (await (await import('./full.ts')).readWithYargs(argv));
  if (!call) return undefined;
  const typed = withSelector(call.args);
  const args = { ...typed, wait: secondsOf(typed.wait), argv: argv.slice(1).join(' ') };
  requireNumbers(args);
  requireKeys(args);
  return { ...call, args };
}

/** `--wait` alone is a long time. */
function secondsOf(wait: unknown): unknown {
  if (wait === undefined) return undefined;
  return wait === '' ? DEFAULT_WAIT : Number(wait);
}

/** `--selector name` is `--select selector:name`. */
function withSelector(args: Call['args']): Call['args'] {
  const { selector, select = [] } = args as {
    readonly selector?: readonly string[];
    readonly select?: readonly string[];
  };
  return selector ? { ...args, select: [...select, ...selector.map((name) => `selector:${name}`)] } : args;
}

/** A command without positional arguments, plainly called. */
export function plainCall(argv: readonly string[]): Call | undefined {
  const [name, ...rest] = argv;
  const spec = COMMANDS.find(({ command }) => command === name);
  const args = spec && readPlainArgs(rest, { ...COMMON_OPTIONS, ...spec.options });
  return spec && args && { spec, args };
}

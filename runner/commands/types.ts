import type { TextResult } from '../adapters/types.ts';
import type { Fault } from '../errors.ts';
import type { Emit, Flag, NodeResult } from '../execute/types.ts';
import type { NodeHistory } from './test-history.ts';

/** Options that every command takes; see options.ts for their meaning. */
export interface CommonArgs {
  readonly projectDir: string;
  readonly target?: string;
  readonly asOf?: string;
  readonly vars?: readonly string[];
  readonly threads: number;
  readonly failFast: boolean;
  /** An orchestrator has called the command and hears its outputs. */
  readonly kestra?: boolean;
  /** The arguments as typed, for the record of the run. */
  readonly argv: string;
  /** Comes with a Cancelled as its reason when the command is told to end. */
  readonly signal: AbortSignal;
}

/** Of the commands that hold the target. */
export interface RunArgs extends CommonArgs {
  /** Seconds to wait for another run to end; unset: it is not waited for. */
  readonly wait?: number;
  /** Offending rows shown of a check, at the most; 0 for all. */
  readonly rows?: number;
}

export interface SelectionArgs extends CommonArgs {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
}

/** What a command says, drawn by a reporter. */
export interface Reporter {
  readonly emit: Emit;
  /** How the run ended: results by status, and the time it took. */
  summary(results: readonly NodeResult[], seconds: number, purpose?: 'build' | 'test'): void;
  table(title: string, result: TextResult): void;
  /**
   * The answer of a command that was asked for data: exactly one JSON array on stdout with `--output json`. In a table, long cells are
   * cut, but for those of the last column where these are `whole`.
   */
  answer(result: TextResult, last?: 'cut' | 'whole'): void;
  /** The trend of checks: drawn, or `rows` where the answer is JSON. */
  history(histories: readonly NodeHistory[], rows: TextResult): Promise<void>;
  /** An answer that is no table; printed on stdout even with `--quiet`. */
  text(text: string): void;
  /** The flags as the answer of a command: `S=0 G=1` on stdout even with `--quiet`. */
  flags(flags: readonly Flag[]): void;
  /** Something said beside the answer. */
  line(text: string): void;
  faults(faults: readonly Fault[]): void;
  /** Asks for yes or no; `undefined` when nobody is there to answer. */
  confirm(question: string): Promise<boolean | undefined>;
  close(): void;
}

export type Command<Args> = (args: Args, reporter: Reporter) => Promise<number>;

/** The exit codes that the command line promises; the last two are those of a shell for SIGINT and SIGTERM. */
export const EXIT = { done: 0, failed: 1, wrong: 2, locked: 3, interrupted: 130, terminated: 143 } as const;

export interface Fault {
  /** Stable, upper case: scripts may test it. */
  readonly code: string;
  readonly message: string;
  /** File, relative to the project folder, or another place a person can go to. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The text of the line at fault. */
  readonly source?: string | undefined;
  /** How the place was reached: `called at models/a.sql:2:7`, of what stands in a macro. */
  readonly through?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  /** A few rows at fault, each value as text. */
  readonly rows?: FaultyRows | undefined;
  /** The message as it may be kept, where it is another: in a record, in a file for other tools. */
  readonly kept?: string | undefined;
  /** The next step. */
  readonly hint?: string | undefined;
}

export interface FaultyRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** How many there are in all, where that is known. */
  readonly total?: number | undefined;
}

/** An error made for a person: one or more faults, and the exit code that the command ends with. */
export class RunnerError extends Error {
  readonly faults: readonly Fault[];
  readonly exitCode: number;

  constructor(faults: Fault | readonly Fault[], exitCode: number = EXIT.wrong) {
    const list = Array.isArray(faults) ? (faults as readonly Fault[]) : [faults as Fault];
    super(list.map((fault) => fault.message).join('\n'));
    this.name = 'RunnerError';
    this.faults = list;
    this.exitCode = exitCode;
  }
}

/** Someone told the command to end. It is the reason of the command's abort signal, and what its work then throws. */
export class Cancelled extends RunnerError {
  readonly signal: 'SIGINT' | 'SIGTERM';

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(
      {
        code: 'CANCELLED',
        message: `cancelled by ${signal}: what was under way is undone, what was published before is whole`,
        hint: 'Run the same command again to do the rest.',
      },
      signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated,
    );
    this.name = 'Cancelled';
    this.signal = signal;
  }
}

/** The connection to the server ended in the middle of something. */
export class ConnectionLost extends RunnerError {
  /** A commit was sent and not answered: whether it took place is not known. */
  readonly atCommit: boolean;
  /** The server's process of that connection, which may not know yet that nobody listens. */
  readonly backend: number | undefined;
  /** What the system or the server said. */
  readonly reason: string;

  constructor(reason: string, { atCommit = false, backend }: { atCommit?: boolean; backend?: number | undefined }) {
    super(
      {
        code: 'CONNECTION_LOST',
        message: `the connection to PostgreSQL was lost: ${reason}`,
        hint: 'See whether the server still runs, then run the same command again: nothing half done was kept.',
      },
      EXIT.failed,
    );
    this.name = 'ConnectionLost';
    this.atCommit = atCommit;
    this.backend = backend;
    this.reason = reason;
  }
}

/** What the server said, kept apart so that a message can be mapped back to the model's template. */
export class DatabaseError extends Error {
  readonly sqlstate: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** 1-based character offset in the statement, when the server gives one. */
  readonly position: number | undefined;
  readonly where: string | undefined;
  /** What was sent: `position` counts in it. */
  readonly statement: string | undefined;

  constructor(fields: {
    message: string;
    sqlstate: string;
    detail?: string | undefined;
    hint?: string | undefined;
    position?: number | undefined;
    where?: string | undefined;
    statement?: string | undefined;
  }) {
    super(fields.message);
    this.name = 'DatabaseError';
    this.sqlstate = fields.sqlstate;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.position = fields.position;
    this.where = fields.where;
    this.statement = fields.statement;
  }
}

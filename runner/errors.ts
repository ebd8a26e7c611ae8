/** The exit codes that the command line promises. */
export const EXIT = { done: 0, failed: 1, wrong: 2, locked: 3 } as const;

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
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  /** The next step. */
  readonly hint?: string | undefined;
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

/** What the server said, kept apart so that a message can be mapped back to the model's template. */
export class DatabaseError extends Error {
  readonly sqlstate: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** 1-based character offset in the statement, when the server gives one. */
  readonly position: number | undefined;
  readonly where: string | undefined;

  constructor(fields: {
    message: string;
    sqlstate: string;
    detail?: string | undefined;
    hint?: string | undefined;
    position?: number | undefined;
    where?: string | undefined;
  }) {
    super(fields.message);
    this.name = 'DatabaseError';
    this.sqlstate = fields.sqlstate;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.position = fields.position;
    this.where = fields.where;
  }
}

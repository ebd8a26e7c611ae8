/** Messages that `notify` sends: rows of a model, each once. */
export interface OutboxConfig {
  readonly name: string;
  /** Of its name in project.yml. */
  readonly line: number;
  readonly model: string;
  /** The model's column that tells a message: one of a key that was sent is never sent again. */
  readonly key: string;
  /** The model's column that holds the text. */
  readonly text: string;
  /** The environment variable that holds the webhook's address. Not set: messages are counted and wait. */
  readonly webhook: string;
  /** Columns by which the oldest comes first; then by key. */
  readonly orderBy: readonly string[];
  /** Within a pipeline, new messages are taken up only by a run in which this flag is raised. */
  readonly whenFlag?: string;
  /** With this environment variable at `1` the last `republish` messages are sent once more. */
  readonly forceEnv?: string;
  /** Default 10. */
  readonly republish: number;
  /** Milliseconds between two messages of one webhook. Default 1 s. */
  readonly pace: number;
  /** Milliseconds that one attempt may take. Default 10 s. */
  readonly timeout: number;
}

/** Who is told, once a run, that it failed or what it found. */
export interface AlertConfig {
  /** The environment variable that holds the webhook's address. */
  readonly webhook: string;
  /** Template of the text; a plain one in English unless told. */
  readonly text?: string;
  /** Of `text` in project.yml. */
  readonly textLine?: number;
  /** Models whose rows are told when the run has changed them and there are some. */
  readonly rows: readonly AlertRows[];
}

export interface AlertRows {
  readonly model: string;
  readonly title: string;
  /** Of the examples; those that a contract tags personal are masked. */
  readonly columns: readonly string[];
  /** Default 3. */
  readonly examples: number;
}

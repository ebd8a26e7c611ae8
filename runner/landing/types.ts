/**
 * What a loader is: the only part of the runner that `sources/` may import, and as types only.
 *
 * A loader fetches and hands over rows as they came; it applies no business rule. The runner streams the rows into an
 * immutable batch of the source's raw table, or drops them when they are those of the batch in force.
 */

/** One record of a source. `number` is its place in the source as a person counts it (the header of a sheet is row 1). */
export interface RawRow {
  readonly number: number;
  /** One value per column of {@link LoaderContext.columns}, in that order; `null` is an empty cell. */
  readonly cells: readonly (string | null)[];
}

/** A row of the model that a requested source reads its questions from (`requests:` in sources.yml): column → text. */
export type Request = Readonly<Record<string, string | null>>;

export interface LoaderContext {
  /** Absolute path of the project folder: relative paths of the configuration start here. */
  readonly projectDir: string;
  /** `system.table`, for messages. */
  readonly source: string;
  readonly columns: readonly string[];
  /** A variable of the environment, or the default that sources.yml gives it; `undefined` when neither is set. */
  readonly env: (name: string) => string | undefined;
  /** `vars:` of project.yml, with `--vars` applied. */
  readonly vars: Readonly<Record<string, unknown>>;
  /** The day the run stands for, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** For a requested source: what to ask, already reduced to what is not known yet. */
  readonly requests?: readonly Request[];
  /** {@link Extraction.originHash} of the batch in force, or `null` when there is none. */
  readonly lastOriginHash: string | null;
  /** Nothing will be landed: a loader whose answers are paid for says what it would ask, and gives no row. */
  readonly dryRun?: boolean;
  /** Comes when the command is told to end, for `fetch()` and the like; the loader is not waited for then. */
  readonly signal?: AbortSignal;
  /** Says something the user should know, without failing: an encoding guessed, cells left out. No personal data. */
  readonly notice: (message: string) => void;
}

export interface Extraction {
  /** Where the rows came from, for people: a path or a host. No secret. */
  readonly origin: string;
  /**
   * A hash of the origin as a whole (bytes of a file, and what else decides the rows). When it equals
   * {@link LoaderContext.lastOriginHash} a loader returns `'unchanged'` and is spared the parsing.
   */
  readonly originHash?: string;
  /** Read once, in order. A fault found on the way rejects the iteration and nothing is landed. */
  readonly rows: AsyncIterable<RawRow> | Iterable<RawRow>;
  /**
   * Asked once the rows are read: why they are not all that was asked for, a {@link SourceFault}. What came is landed all
   * the same, and the source counts as failed: nothing is built on a part.
   */
  readonly shortfall?: () => Error | undefined;
}

/**
 * @throws an Error whose own fields say what is wrong with the source, see {@link SourceFault}; any other error is
 * reported as unexpected.
 */
export type Loader = (context: LoaderContext) => Promise<Extraction | 'unchanged'>;

/**
 * What a module may export as `check` beside its loader, for `runner debug`: asks as little as possible, lands nothing, and
 * says in a few words what works. Without one, the loader itself is asked for its first row.
 * @throws as a {@link Loader}
 */
export type Check = (context: LoaderContext) => Promise<string>;

/** The fields that a loader's error carries beside `message`; all are shown to the user, so none is personal. */
export interface SourceFault {
  /** Stable, upper case, such as `EXCEL_HEADER_MISSING`. */
  readonly code: string;
  /** The file or host, and the place in it: `rh.xlsx, sheet "Feuille 1", row 12`. */
  readonly place: string;
  readonly expected?: string;
  readonly found?: string;
  /** The next step. */
  readonly hint?: string;
}

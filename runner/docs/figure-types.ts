/** What was read of the target for the overview: PostgreSQL's own text, so that no digit is lost. */
export interface FiguresRead {
  /** By place in `docs.figures` of project.yml: the figure, and its history, oldest first. */
  readonly figures: readonly FigureRead[];
  /** By place in `docs.charts`: group, then the columns. */
  readonly charts: readonly RowsRead[];
  /** By place in `summary`. */
  readonly tables: readonly RowsRead[];
  /** Relations that the reader may select from, as `schema.name`; `null` for all: there is no reader. */
  readonly readable: ReadonlySet<string> | null;
}

export interface FigureRead {
  /** `undefined` where it could not be read. */
  readonly value: string | null | undefined;
  readonly history: readonly { readonly at: string; readonly value: string | null }[];
  readonly refused: readonly string[];
}

export interface RowsRead {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly refused: readonly string[];
}

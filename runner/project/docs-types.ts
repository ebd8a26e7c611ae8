/** `docs:` of project.yml: what the site of `runner docs` shows of the data. */
export interface DocsConfig {
  /** Role as which figures are read: the site shows what it may see. Without one, the user of the connection. */
  readonly reader?: string;
  /** How figures are written, as BCP 47 has it. Default `en`. */
  readonly locale: string;
  readonly figures: readonly FigureConfig[];
  readonly charts: readonly ChartConfig[];
  readonly parameters: readonly ParameterConfig[];
}

/** A column of a model of one row, and of what keeps it run by run. */
export interface FigureConfig {
  readonly title: string;
  readonly model: string;
  readonly column: string;
  /** Put after it: `€`. Default none. */
  readonly unit: string;
  readonly history?: {
    /** Has `column` too, in one row for each run. */
    readonly model: string;
    /** The column of its moment or day. */
    readonly at: string;
  };
}

/** Columns of a model by group. */
export interface ChartConfig {
  readonly title: string;
  readonly model: string;
  /** The column that names the group. */
  readonly by: string;
  readonly columns: readonly { readonly name: string; readonly label: string }[];
  readonly unit: string;
  /** In SQL; by the group unless told. */
  readonly orderBy?: string;
}

/** A seed that holds parameters. With `row`, `column` and `value` it is shown as one row a parameter, one column a scenario. */
export interface ParameterConfig {
  readonly seed: string;
  readonly grid?: {
    readonly row: string;
    readonly column: string;
    readonly value: string;
    /** The column of the day from which a value holds. */
    readonly since?: string;
    /** The scenario whose value holds where another has none. */
    readonly inherits?: string;
  };
}

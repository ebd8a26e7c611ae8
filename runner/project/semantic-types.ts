/** `semantic_model:` of project.yml: what analysts see of the project's relations in their tool. */
export interface SemanticModelConfig {
  readonly name: string;
  /** A language tag, `en-GB`: how the tool sorts texts and writes numbers. */
  readonly culture: string;
  /** `host:port` of the server that the tool reads, as a default that its user may change. */
  readonly server: string;
  /** The nodes that become tables, in the grammar of `--select`. */
  readonly select: readonly string[];
  readonly formats: readonly FormatConfig[];
  /** Columns that the tool does not list: patterns of `column` or `table.column`. */
  readonly hidden: readonly string[];
  readonly relationships: readonly RelationshipConfig[];
  readonly calculated: readonly CalculatedTableConfig[];
  readonly measures: readonly MeasureConfig[];
}

/** How numbers and dates are written: in measures that name it, and in the columns it matches. */
export interface FormatConfig {
  readonly name: string;
  /** As the tool writes it: `#,##0`. */
  readonly format: string;
  /** Patterns of column names. */
  readonly columns?: readonly string[];
  /** Data types, as contracts state them. */
  readonly types?: readonly string[];
}

/** Many rows of `from` to one row of `to`, each `table.column`. */
export interface RelationshipConfig {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** A table that the tool computes itself. */
export interface CalculatedTableConfig {
  readonly name: string;
  readonly expression: string;
  readonly description?: string;
  /** Name → data type, as a contract states it; the first is the key. */
  readonly columns: Readonly<Record<string, string>>;
  /** It is the table of days. */
  readonly dates: boolean;
  readonly line: number;
}

export interface MeasureConfig {
  readonly name: string;
  /** The table it is listed under. */
  readonly table: string;
  readonly expression: string;
  /** The name of a format. */
  readonly format?: string;
  readonly folder?: string;
  readonly description?: string;
  readonly line: number;
}

/** `review:` of project.yml: what a reviewer of a change is shown beside the rows that differ. */
export interface ReviewConfig {
  /** Models of which every cell that differs is told. */
  readonly figures: readonly string[];
  readonly outcomes: readonly OutcomeConfig[];
  /** So many persons, or fewer, are told of by what they alone change. */
  readonly smallGroup: number;
  readonly members?: MembersConfig;
  /** Of the section in project.yml, from 1. */
  readonly line: number;
}

/** Something that a row has or has not, such as a right of a person. */
export interface OutcomeConfig {
  readonly title: string;
  readonly model: string;
  /** A boolean. */
  readonly column: string;
  /** Why it is not so. */
  readonly motive?: string;
  readonly line: number;
}

/** Whose values each figure adds up. */
export interface MembersConfig {
  /** A model with a row for each person in each sum. */
  readonly model: string;
  /** Its column that tells a person. */
  readonly person: string;
  /** Figure → SQL that is true of the rows `m` of the model that belong to a row `f` of the figure. */
  readonly of: Readonly<Record<string, string>>;
}

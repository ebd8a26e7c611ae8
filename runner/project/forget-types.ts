/** Whose rows `runner forget` erases. */
export interface ForgetConfig {
  /** Of its key in project.yml. */
  readonly line: number;
  /** The column of `knownBy` that the command's argument is compared with. */
  readonly id: string;
  /** The column that tells whose a row is: in every table that has it, the person's rows are erased. */
  readonly key: string;
  /** Sources and models with both columns, all batches of a source: what they say of a person, conditions see as `p`. */
  readonly knownBy: readonly string[];
  /** Of sources and tables without that column. */
  readonly rows: readonly ForgetRule[];
  /** `model.column` in which a person has another name, that follows from `p` as the SQL says: it gives way to one made up. */
  readonly aliases: readonly ForgetRule[];
  /** Of outboxes: which of their rows (message_key, …) are about the person. */
  readonly messages: readonly ForgetRule[];
}

export interface ForgetRule {
  readonly name: string;
  /** A template: SQL over a row `t`, what is known of the person, `p`, and the table `others`, what is known of all others. */
  readonly condition: string;
  readonly line: number;
}

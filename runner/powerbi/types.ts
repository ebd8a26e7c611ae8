import type { ColumnSpec } from '../contracts/types.ts';

/** A relation that becomes a table of the same name. */
export interface ModelTable {
  readonly name: string;
  readonly schema: string;
  readonly description: string | undefined;
  readonly columns: readonly ColumnSpec[];
  /** The column that tells its rows, where one alone does. */
  readonly key: string | undefined;
}

/** Where the tool finds the data; neither user nor password: it asks for them. */
export interface Address {
  /** `host:port` */
  readonly server: string;
  readonly database: string;
}

/** Path below the folder of the model → text. */
export type Files = ReadonlyMap<string, string>;

import type { Located } from '../compile/locate.ts';
import type { Rendered } from '../compile/types.ts';
import type { Fault } from '../errors.ts';
import type { ModelNode } from '../graph/types.ts';
import type { UnitTest } from '../project/types.ts';

/** A model rendered for a day, with a test's variables over those of project.yml. */
export type RenderTest = (
  node: ModelNode,
  asOf: string,
  vars: Readonly<Record<string, unknown>>,
) => Rendered | Promise<Rendered>;

/** Where an offset (UTF-16 units) in a body so rendered stands in the templates. */
export type LocateInTest = (
  model: string,
  test: { readonly asOf: string; readonly vars: Readonly<Record<string, unknown>> },
  incremental: boolean,
  offset: number,
) => Promise<Located>;

export interface UnitTestResult {
  readonly test: UnitTest;
  /** `NOT_EVALUATED`: the template or the server refused it. */
  readonly outcome: 'PASSED' | 'FAILED' | 'NOT_EVALUATED';
  /** Rows that differ; `null` when none could be compared. */
  readonly differences: number | null;
  /** In words, on one line. */
  readonly message: string;
  readonly faults: readonly Fault[];
}

/** Each value as PostgreSQL's text. */
export type Row = readonly (string | null)[];

/** How the rows of a model differ from those expected. */
export interface Difference {
  readonly columns: readonly string[];
  readonly missing: readonly Row[];
  readonly extra: readonly Row[];
  readonly changed: readonly ChangedRow[];
}

export interface ChangedRow {
  readonly expected: Row;
  readonly found: Row;
  /** By column: whether the two agree. */
  readonly same: readonly boolean[];
}

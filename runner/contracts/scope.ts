import type { Node } from 'yaml';
import type { ContractSource } from './contract-source.ts';
import type { Check, MissingRule, ValidityRule } from './types.ts';

/** Where a list of checks stands: under a column, with the rules that its checks inherit, or under the dataset. */
export interface CheckScope {
  readonly source: ContractSource;
  readonly column: string | null;
  readonly columnExpression: string | null;
  readonly missing: MissingRule | null;
  readonly validity: ValidityRule | null;
  /** `check_attributes` of the contract; a check's own go over them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly variable: (name: string) => string | number | undefined;
}

/** Where a check stands, for messages. */
export interface CheckPlace {
  readonly source: ContractSource;
  readonly node: Node;
  /** `check "row_count"` */
  readonly what: string;
}

type CommonKeys = 'path' | 'column' | 'qualifier' | 'name' | 'filter' | 'columnExpression' | 'attributes' | 'line';
export type Body<C extends Check> = C extends Check ? Omit<C, CommonKeys> : never;
/** What is a check's own, beside the keys that all have. */
export type CheckBody = Body<Check>;

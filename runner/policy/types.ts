import type { Graph, Node } from '../graph/types.ts';
import type { ColumnRef, Lineage } from '../lineage/types.ts';
import type { PersonalConfig } from '../project/personal-types.ts';

/** A kind of personal data that a column carries. */
export interface Tag {
  readonly kind: string;
  /** The column that it came from, one step back; `null` where it is the column's own tag. */
  readonly from: ColumnRef | null;
  /** Where the value comes from could not be traced: it is taken to carry all that its model reads. */
  readonly untraced?: true;
}

/** What the columns of a node carry, by their names; those that carry nothing are left out. */
export interface NodeTags {
  /** By what their values are made of, before anything is lifted. */
  readonly reached: ReadonlyMap<string, readonly Tag[]>;
  /** Without what is declassified, with the tags of the contract or of sources.yml. */
  readonly carried: ReadonlyMap<string, readonly Tag[]>;
  /** Of the columns that decide which rows there are. */
  readonly rows: readonly Tag[];
}

/** By id of each node. */
export type Tags = ReadonlyMap<string, NodeTags>;

/** A node, and all by which it is judged. */
export interface Judged {
  readonly graph: Graph;
  readonly lineage: Lineage;
  readonly personal: PersonalConfig;
  readonly tags: Tags;
  readonly node: Node;
  readonly own: NodeTags;
  /** Of a model, else empty. */
  readonly template: string;
}

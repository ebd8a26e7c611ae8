import type { SourceNode } from '../graph/types.ts';
import type { BatchState } from '../state/types.ts';
import { quoted } from '../util/sql.ts';

/**
 * What `source()` stands for: the rows of the batch in force, for an appended source those of all batches up to it, so
 * that a view keeps showing the batch it was audited on until it is published anew. No batch yet is no row.
 */
export function sourceSql(node: SourceNode, batch: BatchState | undefined): string {
  if (!node.source.loader) return quoted(node.relation);
  const condition = batch ? `batch_id ${node.source.mode === 'append' ? '<=' : '='} ${batch.batchId}` : 'false';
  return `(select * from ${quoted(node.relation)} where ${condition})`;
}

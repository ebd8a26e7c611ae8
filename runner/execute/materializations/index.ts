import type { ModelNode } from '../../graph/types.ts';
import { incremental } from './incremental.ts';
import { materializedView } from './materialized-view.ts';
import { table } from './table.ts';
import type { Materialization } from './types.ts';
import { view } from './view.ts';

/** One file each. An ephemeral model has none: its SQL stands in that of its readers. */
export const MATERIALIZATIONS: Readonly<Record<Exclude<ModelNode['materialized'], 'ephemeral'>, Materialization>> = {
  view,
  table,
  incremental,
  materialized_view: materializedView,
};

import type { Database } from '../adapters/types.ts';
import { ConnectionLost } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import type { Grants, NodeConfig } from '../project/types.ts';
import type { Fingerprinter } from '../state/fingerprint.ts';
import type { Store } from '../state/store.ts';
import type { Versions } from '../state/versions.ts';
import { again } from '../util/again.ts';
import { kindOf } from './publish/catalog.ts';
import type { Unit } from './schedule.ts';

/** What a unit asks the target before its transaction: one that holds locks waits for no other connection. */
interface Context {
  readonly db: Database;
  readonly store: Store;
  readonly fingerprinter: Fingerprinter;
  readonly versions: Versions;
  readonly signal: AbortSignal;
}

/** Whether a swap of what it reads has put a table in place of a materialized view since the run began. */
export function isFrozen({ db, signal }: Context, unit: Unit): Promise<boolean> {
  const matviews = unit.filter((node) => node.type === 'model' && node.materialized === 'materialized_view');
  return asked(signal, async () => {
    for (const { relation } of matviews) if ((await kindOf(db, relation)) !== 'materialized view') return true;
    return false;
  });
}

/** The grants that nodes were published with last, by id, of those whose configuration is another now. */
export async function formerGrants(
  { store, fingerprinter, versions, signal }: Context,
  unit: Unit,
): Promise<ReadonlyMap<string, Grants | undefined>> {
  const hasOther = (node: Node): boolean => {
    const { config } = fingerprinter.parts(node, fingerprinter.variantOf(node), versions.of);
    return ![config, undefined].includes(versions.stored(node.id)?.parts.config);
  };
  const ids = unit.filter(hasOther).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const kept = await asked(signal, () => store.details(ids));
  return new Map(ids.map((id) => [id, (kept.get(id)?.details?.config as NodeConfig | undefined)?.grants]));
}

function asked<T>(signal: AbortSignal, question: () => Promise<T>): Promise<T> {
  return again(question, { isPassing: (error) => error instanceof ConnectionLost, signal });
}

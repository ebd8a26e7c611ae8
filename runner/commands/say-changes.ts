import { findChanges } from '../state/changes.ts';
import { explain } from '../state/explain.ts';
import { plural } from '../util/plural.ts';
import type { OpenRun } from './open-run.ts';

/** Names that are told of what differs in the same way. */
const NAMES = 3;

/**
 * How many steps may differ, and why in a few words: `5 steps may differ: the day (now 2026-11-25)`. The steps below those
 * that differ of themselves are counted and not named.
 */
export async function sayChanges(run: OpenRun, changed: readonly string[]): Promise<string> {
  const reasons = findChanges(run.graph, run.fingerprinter, run.versions, run.state);
  const own = changed
    .map((id) => ({ id, parts: (reasons.get(id) ?? []).filter(({ parent }) => parent === undefined) }))
    .filter(({ parts }) => parts.length > 0);
  const details = await run.store.details(own.map(({ id }) => id));
  const named = new Map<string, Set<string>>();
  for (const { id, parts } of own) {
    const node = run.graph.nodes.get(id);
    if (!node) continue;
    const found = explain(
      node.name,
      parts,
      run.fingerprinter.details(node),
      details.get(id)?.details ?? null,
      () => [],
    );
    // What stands behind another SQL says more than the SQL.
    const causes = found.filter(({ part }) => part !== 'body');
    for (const { part, name, after } of causes.length > 0 ? causes : found) {
      const isShared = SHARED.includes(part);
      const cause = part === 'day' ? `the day (now ${after})` : isShared ? `${part} ${name}` : (LABELS[part] ?? part);
      named.set(cause, (named.get(cause) ?? new Set()).add(isShared || part === 'day' ? '' : node.name));
    }
  }
  const causes = [...named].map(([cause, names]) =>
    [cause, listed([...names].filter(Boolean))].filter(Boolean).join(' of '),
  );
  return `${plural(changed.length, 'step')} may differ: ${causes.join(', ') || 'what they read was published since'}`;
}

/** What many models may read. */
const SHARED: readonly string[] = ['macro', 'var', 'env'];

/** Parts of a fingerprint as a person calls them. */
const LABELS: Readonly<Record<string, string>> = {
  body: 'the SQL',
  config: 'the configuration',
  contract: 'the contract',
  seed: 'the rows',
  settings: 'the settings',
  relation: 'the missing relation',
  kind: 'the kind of relation',
  empty: 'the missing rows',
  'never built': 'the first build',
  'unit tests': 'the unit tests',
  hooks: 'the hooks',
  unanswered: 'unanswered requests',
};

function listed(names: readonly string[]): string {
  const more = names.length - NAMES;
  return `${names.slice(0, NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

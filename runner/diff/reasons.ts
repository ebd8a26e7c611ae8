import { type Explanation, explain } from '../state/explain.ts';
import type { Affected, DiffSide } from './affected.ts';

/** What is behind the parts of a node that differ, in words: what its SQL, rows and contract became is told elsewhere. */
export function reasonsOf(
  { base, head, parts }: Affected,
  sides: { base: DiffSide; head: DiffSide },
): readonly string[] {
  if (!base || !head) return [];
  const reasons = parts.filter((part) => part !== 'contract' && part !== 'seed').map((part) => ({ part }));
  const now = sides.head.fingerprinter.details(head);
  const then = sides.base.fingerprinter.details(base);
  return explain(head.name, reasons, now, then, () => []).flatMap((explanation) => words(explanation) ?? []);
}

function words({ part, name, before, after }: Explanation): string | undefined {
  // What has no name is a text: of the SQL that is told elsewhere.
  if (part === 'body' || name === null) return undefined;
  const isNamed = part === 'macro' || part === 'unit tests';
  const noun = part === 'unit tests' ? `unit test "${name}"` : `${part} ${name}`;
  if (before === null) return `${noun}: ${isNamed ? 'added' : `none → ${after}`}`;
  if (after === null) return `${noun}: ${isNamed ? 'removed' : `${before} → none`}`;
  return `${noun}: ${isNamed ? 'changed' : `${before} → ${after}`}`;
}

import { isPair, isScalar, parseDocument, visit } from 'yaml';

/**
 * A contract's text for another database: the second part of every `dataset` in it, the reference data's too, is replaced.
 * Anything else stays as it is, to the letter.
 */
export function inDatabase(text: string, database: string): string {
  const changes: { readonly start: number; readonly end: number; readonly dataset: string }[] = [];
  visit(parseDocument(text), {
    Pair(_, pair) {
      if (!isPair(pair) || !isScalar(pair.key) || pair.key.value !== 'dataset' || !isScalar(pair.value)) return;
      const { value, range } = pair.value;
      const [source, stated, ...rest] = typeof value === 'string' ? value.split('/') : [];
      if (rest.length !== 2 || stated === database || !range) return;
      changes.push({ start: range[0], end: range[1], dataset: [source, database, ...rest].join('/') });
    },
  });
  return changes.reduceRight(
    (changed, { start, end, dataset }) => changed.slice(0, start) + JSON.stringify(dataset) + changed.slice(end),
    text,
  );
}

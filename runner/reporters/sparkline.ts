const BLOCKS = [...'▁▂▃▄▅▆▇█'];

/** One block for each number, from the least to the greatest; a dot for what is none. Empty when there is no number. */
export function sparkline(numbers: readonly number[]): string {
  const known = numbers.filter(Number.isFinite);
  if (known.length === 0) return '';
  const least = Math.min(...known);
  const range = Math.max(...known) - least;
  const block = (value: number): string =>
    BLOCKS[range === 0 ? 0 : Math.round(((value - least) / range) * (BLOCKS.length - 1))] ?? '';
  return numbers.map((value) => (Number.isFinite(value) ? block(value) : '·')).join('');
}

/** `1 row`, `1,234 rows`, `2 batches`. */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : /(s|x|ch|sh)$/.test(noun) ? 'es' : 's'}`;
}

/** `1234567` → `1,234,567`. By hand: `toLocaleString` loads the world's locales for it. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `a, b, c and 4 more`. */
export function fewOf(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
}

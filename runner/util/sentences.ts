/** Texts one after the other on one line, each with its full stop; those that are absent are left out. */
export function sentences(...texts: readonly (string | undefined)[]): string {
  return texts
    .flatMap((text) => text?.replace(/\s+/g, ' ').trim() || [])
    .map((text) => (/[.!?…]$/.test(text) ? text : `${text}.`))
    .join(' ');
}

/** A text of so many characters at most, before the `…` of one that was cut. */
export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

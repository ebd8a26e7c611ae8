import { asciiJson } from './ascii-json.ts';

/**
 * Keeps secrets out of the words of a command: a second line of defence, behind messages that name none. It is for words,
 * not for the rows of the database, where a figure that looks like a password must stay what it is.
 */
export interface Redactor {
  /** From now on these texts are replaced. Shorter ones than {@link SHORTEST} are left: they stand in too many words. */
  hide(secrets: Iterable<string>): void;
  /** The text with `***` in place of each secret, also of one as JSON, an address or base64 would write it. */
  redact(text: string): string;
  /** For JSON.stringify: its texts without secrets, whatever the numbers and names in it. */
  readonly replacer: (key: string, value: unknown) => unknown;
}

/** Characters that a secret has at least, to be found in what is written. */
export const SHORTEST = 8;

export function createRedactor(): Redactor {
  const hidden = new Set<string>();
  let pattern: RegExp | undefined;
  const redact = (text: string): string => (pattern ? text.replace(pattern, '***') : text);
  return {
    hide(secrets) {
      for (const secret of secrets) for (const form of formsOf(secret)) if (form.length >= SHORTEST) hidden.add(form);
      // The longest first: what holds another one goes whole.
      const forms = [...hidden].sort((left, right) => right.length - left.length).map(escaped);
      pattern = forms.length > 0 ? new RegExp(forms.join('|'), 'g') : undefined;
    },
    redact,
    replacer: (_key, value) => (typeof value === 'string' ? redact(value) : value),
  };
}

/** That of this process, which runs one command. */
export const redactor: Redactor = createRedactor();

function formsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return [];
  const encoded = [0, 1, 2].map((before) => base64(secret, before));
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    asciiJson(secret).slice(1, -1),
    ...encoded,
    ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** What is the same of a text's base64 whatever stands around it, so many bytes (modulo 3) before it. */
function base64(text: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

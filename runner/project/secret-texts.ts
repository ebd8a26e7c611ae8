import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Env } from './env.ts';
import type { SecretConfig } from './types.ts';

/** What the runner itself knows as a secret, whatever the project says. */
const OWN: readonly SecretConfig[] = [{ name: 'PGPASSWORD' }];
/** A password that is one of these hides nothing: it would only black out what everyone may read. */
const PUBLIC: readonly string[] = ['PGHOST', 'PGUSER', 'PGDATABASE'];
/** Keys of a file of credentials, such as `private_key` and `client_secret`; its account and addresses may be shown. */
const SECRET_KEY = /(key|key_id|secret|token|password)$/i;
/** A part of an address that no one has chosen as a word. */
const IS_RANDOM = /\d|.{20}/;

/**
 * The texts that may be shown and kept nowhere: of an address all but its host, of a file what stands in it, of anything
 * else the value itself.
 */
export function secretTexts(env: Env, secrets: readonly SecretConfig[], projectDir: string): readonly string[] {
  const known = PUBLIC.map(env);
  return [...OWN, ...secrets].flatMap(({ name, kind }) => {
    const value = env(name);
    if (value === undefined || known.includes(value)) return [];
    if (isAddress(value)) return addressTexts(value);
    if (kind === 'file') return fileTexts(resolve(projectDir, value));
    return kind === 'address' ? [] : [value];
  });
}

function isAddress(value: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(value);
}

function addressTexts(value: string): readonly string[] {
  if (!URL.canParse(value)) return [value];
  const { password, host, pathname, search, searchParams } = new URL(value);
  const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => IS_RANDOM.test(part));
  const written = value.slice(value.indexOf(host) + host.length);
  const texts = [written, pathname + search, pathname, search.slice(1), password, ...parts];
  return texts.flatMap((text) => [text, decoded(text)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Of a JSON file the values of its secret keys; of any other its lines, as those of a key in PEM. */
function fileTexts(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  try {
    const text = readFileSync(path, 'utf8');
    return text.trimStart().startsWith('{') ? jsonTexts(JSON.parse(text)) : keyLines(text);
  } catch {
    // Who needs the file says what is wrong with it.
    return [];
  }
}

function jsonTexts(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (typeof inner !== 'string') return jsonTexts(inner);
    return SECRET_KEY.test(key) ? [inner, ...keyLines(inner)] : [];
  });
}

function keyLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => !line.startsWith('-----'));
}

import { createPrivateKey } from 'node:crypto';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';
import { readInput } from '../shared/input.ts';

export const KEY_VARIABLE = 'GOOGLE_APPLICATION_CREDENTIALS';
const TOKEN_URI = 'https://oauth2.googleapis.com/token';
const NEW_KEY =
  'In the Google Cloud console, make a new key of the service account (IAM > Service accounts > Keys, type JSON), ' +
  `and give the path of its file in ${KEY_VARIABLE}.`;

export interface ServiceAccount {
  readonly email: string;
  /** PEM. Never shown. */
  readonly key: string;
  readonly tokenUri: string;
}

/**
 * The service account whose key file the environment names.
 * @throws a fault that shows nothing of the file but the kind of account it is for
 */
export async function readServiceAccount(context: LoaderContext): Promise<ServiceAccount> {
  if (!context.env(KEY_VARIABLE)?.trim()) throw noKey();
  const { place, bytes } = await readInput(context, KEY_VARIABLE);
  const fields = parsed(bytes, place);
  const { type, client_email: email, private_key: key, token_uri: tokenUri = TOKEN_URI } = fields;
  const isWhole = typeof email === 'string' && /^[^\s@]+@[^\s@]+$/.test(email) && typeof key === 'string';
  const isAddress = typeof tokenUri === 'string' && URL.canParse(tokenUri);
  if (type !== 'service_account' || !isWhole || !isAddress) throw otherKind(place, type);
  if (!isRsaKey(key)) throw brokenKey(place);
  return { email, key, tokenUri };
}

function parsed(bytes: Buffer, place: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // What the parser says quotes the file.
  }
  throw sourceFault(`${place} is not the key of a service account: it isn't JSON.`, {
    code: 'GSHEET_KEY_NOT_JSON',
    place,
    expected: 'the JSON file that Google gave for the key',
    found: 'something else',
    hint: NEW_KEY,
  });
}

function isRsaKey(key: string): boolean {
  try {
    return createPrivateKey(key).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function noKey(): Error {
  return sourceFault('A spreadsheet is read with the key of a service account, and none is given.', {
    code: 'GSHEET_KEY_UNSET',
    place: KEY_VARIABLE,
    expected: 'the path of the JSON key of a service account',
    found: 'nothing',
    hint: `${NEW_KEY} Without one, share the sheet with anyone who has the link and give its CSV export address (…/export?format=csv).`,
  });
}

function otherKind(place: string, type: unknown): Error {
  const known = typeof type === 'string' && /^[a-z_]{1,40}$/.test(type) ? type : undefined;
  const isOther = known !== undefined && known !== 'service_account';
  return sourceFault(`${place} is not the key of a service account.`, {
    code: 'GSHEET_KEY_KIND',
    place,
    expected: '"type": "service_account", with client_email, private_key and token_uri',
    found: isOther ? `"type": "${known}"` : 'JSON that lacks some of them',
    hint: NEW_KEY,
  });
}

function brokenKey(place: string): Error {
  return sourceFault(`The private key in ${place} can't be read.`, {
    code: 'GSHEET_KEY_BROKEN',
    place,
    expected: 'an RSA key as PEM, its line breaks written \\n',
    found: 'another text',
    hint: `Copy the file again as Google gave it. ${NEW_KEY}`,
  });
}

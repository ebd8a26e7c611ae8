import { createHmac } from 'node:crypto';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { sourceFault } from './fault.ts';

const VARIABLE = 'P12_PSEUDO_SALT';

/** `sal_` and the first 16 hex digits of HMAC-SHA-256(salt, raw id as text): the only employee key outside `sec`. */
export function pseudonym(salt: string, rawId: string): string {
  return `sal_${createHmac('sha256', salt).update(rawId.trim(), 'utf8').digest('hex').slice(0, 16)}`;
}

/** @throws when there is none: keys made without it could be undone by trying every ID. */
export function pseudonymSalt(context: Pick<LoaderContext, 'env'>): string {
  const salt = context.env(VARIABLE);
  if (salt !== undefined && salt.trim() !== '') return salt;
  throw sourceFault(`The variable ${VARIABLE} is empty: employees can't be given their pseudonym.`, {
    code: 'SALT_MISSING',
    place: VARIABLE,
    expected: 'a secret text that stays the same for good',
    found: 'nothing',
    hint:
      `Make one and keep it: echo "${VARIABLE}=$(openssl rand -hex 32)" >> .env. ` +
      'Another salt gives every employee another key.',
  });
}

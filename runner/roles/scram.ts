import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** Those of PostgreSQL itself. */
const [ITERATIONS, SALT_BYTES] = [4096, 16];

/**
 * What PostgreSQL keeps of a password (RFC 5803), made here so that the password itself is sent nowhere: no log, no
 * statistics of statements and no view of what runs holds it. It is to be ASCII: of other letters, clients make
 * different bytes.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`;
}

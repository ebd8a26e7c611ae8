import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../util/redact.ts';
import { secretTexts } from './secret-texts.ts';
import type { SecretConfig } from './types.ts';

const dir = mkdtempSync(join(tmpdir(), 'runner-secrets-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function redacted(text: string, env: Readonly<Record<string, string>>, kind?: SecretConfig['kind']): string {
  const redactor = createRedactor();
  redactor.hide(secretTexts((name) => env[name], [{ name: 'SECRET', ...(kind ? { kind } : {}) }], dir));
  return redactor.redact(text);
}

describe('what is secret', () => {
  it('is the value of a variable', () => {
    expect(redacted('a key-of-mine', { SECRET: 'key-of-mine' })).toBe('a ***');
  });

  it('is an address but for its host, whole and in its parts', () => {
    const env = {
      SECRET: 'https://hooks.example.org/services/T0123456/B0123456/some%20Random_Token_1?key=abc%2F12345',
    };
    expect(redacted(`POST ${env.SECRET}`, env)).toBe('POST https://hooks.example.org***');
    expect(redacted('services T0123456 some Random_Token_1 abc/12345', env)).toBe('services *** *** ***');
    expect(redacted('path: "/services/T0123456/B0123456/some%20Random_Token_1"', env)).toBe('path: "***"');
  });

  it('is the password of a connection, whoever its user is', () => {
    const env = { SECRET: 'postgresql://someone:its-password@db.example.org/sales' };
    expect(redacted('someone its-password db.example.org sales', env)).toBe('someone *** db.example.org sales');
    expect(redacted('the-password-of-pg', { PGPASSWORD: 'the-password-of-pg' })).toBe('***');
  });

  it('is no path where an address might stand', () => {
    const path = 'sources/sample/declarations.csv';
    expect(redacted(path, { SECRET: path }, 'address')).toBe(path);
    expect(redacted('/export/abc?key=12345678', { SECRET: 'https://a.org/export/abc?key=12345678' }, 'address')).toBe(
      '***',
    );
  });

  it('is what stands in a file of credentials, but not its path, account and addresses', () => {
    const key =
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n';
    const file = {
      type: 'service_account',
      private_key: key,
      private_key_id: '0a1b2c3d4e5f',
      client_email: 'reader@x.example',
      token_uri: 'https://o.example/token',
    };
    writeFileSync(join(dir, 'account.json'), JSON.stringify(file));
    const shown = redacted(`account.json ${JSON.stringify(file)} ${key}`, { SECRET: 'account.json' }, 'file');
    expect(shown).not.toMatch(/MIIE|BKcw|0a1b2c/);
    expect(shown).toContain('account.json');
    expect(shown).toContain('reader@x.example');
    expect(shown).toContain('https://o.example/token');
    writeFileSync(join(dir, 'key.pem'), key);
    expect(redacted('MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', { SECRET: 'key.pem' }, 'file')).toBe('***');
    expect(redacted('gone.pem', { SECRET: 'gone.pem' }, 'file')).toBe('gone.pem');
  });

  it('is no password that everyone may read as the name of the user or the database', () => {
    const env = { SECRET: 'postgres', PGUSER: 'postgres', PGPASSWORD: 'sportdb1', PGDATABASE: 'sportdb1' };
    expect(redacted('user postgres, database sportdb1', env)).toBe('user postgres, database sportdb1');
  });
});

import { expect, it } from 'vitest';
import { untrusted } from './certificate.ts';

const failed = (code: string): Error =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error("Host: secret.example. is not in the cert's names"), { code }),
  });

it.each([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])('a certificate that is not trusted (%s) is named, with what to do, and nothing else of it', (code) => {
  const fault = untrusted('sheets.googleapis.com', failed(code), 'X_CERTIFICATE');
  expect(fault).toMatchObject({
    code: 'X_CERTIFICATE',
    place: 'sheets.googleapis.com',
    found: code,
    hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
  expect(JSON.stringify([fault, fault?.message, String(fault?.cause)])).not.toContain('secret');
});

it.each(['ECONNRESET', 'EPROTO'])('another break (%s) is none of the certificate', (code) => {
  expect(untrusted('host', failed(code), 'X_CERTIFICATE')).toBeUndefined();
});

import type { SourceFault } from '../../runner/landing/types.ts';
import { sourceFault, systemCode } from './fault.ts';

/** As Node names what is wrong with a certificate: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CODES: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
];

/** The fault of a connection that was given up because of the certificate at its other end; it does not pass. */
export function untrusted(place: string, error: unknown, code: string): (Error & SourceFault) | undefined {
  const found = systemCode(error);
  if (found === undefined || !CODES.includes(found)) return undefined;
  return sourceFault(`${place} shows a certificate that is not trusted.`, {
    code,
    place,
    expected: 'a certificate that Node trusts',
    found,
    hint:
      'Where a proxy of the company stands in between, give the path of its root certificate (PEM) in ' +
      "NODE_EXTRA_CA_CERTS; otherwise check this machine's clock and the address.",
  });
}

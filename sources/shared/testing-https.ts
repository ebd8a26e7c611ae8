// A server whose certificate nobody trusts, as a company's proxy shows one.
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface UntrustedServer {
  /** `https://127.0.0.1:port` */
  readonly url: string;
  /** How many connections were tried. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** How the certificate of the server is not trusted, as Node names it. */
export type Mistrust = 'DEPTH_ZERO_SELF_SIGNED_CERT' | 'SELF_SIGNED_CERT_IN_CHAIN' | 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';

export async function startUntrusted(mistrust: Mistrust): Promise<UntrustedServer> {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = certificate('proxy', authority.publicKey, 'proxy', authority.privateKey);
  const issued = certificate('server', server.publicKey, 'proxy', authority.privateKey);
  const shown = {
    DEPTH_ZERO_SELF_SIGNED_CERT: { cert: own, key: authority.privateKey },
    SELF_SIGNED_CERT_IN_CHAIN: { cert: issued + own, key: server.privateKey },
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: { cert: issued, key: server.privateKey },
  }[mistrust];
  let connections = 0;
  const https = createServer({ cert: shown.cert, key: shown.key.export({ type: 'pkcs8', format: 'pem' }) });
  https.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(https.address() as AddressInfo).port}`,
    connections: () => connections,
    async close() {
      https.closeAllConnections();
      await new Promise((resolve) => https.close(resolve));
    },
  };
}

/** An X.509 certificate of version 1 as PEM: https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certificate(subject: string, publicKey: KeyObject, issuer: string, issuerKey: KeyObject): string {
  const algorithm = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = der(0x30, der(0x02, Buffer.from([1])), algorithm, name(issuer), validity, name(subject), spki);
  const signature = createSign('sha256').update(body).sign(issuerKey);
  const bytes = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

function name(commonName: string): Buffer {
  return der(0x30, der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(commonName)))));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

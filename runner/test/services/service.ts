// A local HTTP server that stands for one of the services of the world, and fails when a test wants it to.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ServiceOptions {
  /** It is reached by https, with a certificate that nobody trusts. */
  readonly selfSigned?: boolean;
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Answer {
  /** 200 unless told. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text or bytes as they are; anything else as JSON. */
  readonly body?: unknown;
}

/**
 * What becomes of a request in place of its answer. `reset`: the connection breaks before there is one. `hang`: there is
 * none. `answer then reset`: the service has done its work, but half of its answer is all that arrives. `slow`: the answer
 * comes after so many milliseconds.
 */
export type Misfortune = Answer | 'reset' | 'hang' | 'answer then reset' | { readonly slow: number };

export interface Service {
  /** `http://127.0.0.1:port`, or with https */
  readonly url: string;
  readonly requests: readonly Received[];
  /** The next requests, or those among them that `when` is true of, meet with these, one each and in order. */
  fail(misfortunes: readonly Misfortune[], when?: (request: Received) => boolean): void;
  /** Forgets all that was planned. */
  mend(): void;
  close(): Promise<void>;
}

/** @param answer called once for each request that meets with no misfortune before it */
export async function startService(
  answer: (request: Received) => Answer | Promise<Answer>,
  { selfSigned = false }: ServiceOptions = {},
): Promise<Service> {
  const requests: Received[] = [];
  let planned: { readonly misfortune: Misfortune; readonly when: (request: Received) => boolean }[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await receive(incoming);
    requests.push(request);
    const next = planned.find(({ when }) => when(request));
    planned = planned.filter((one) => one !== next);
    const misfortune = next?.misfortune;
    if (misfortune === 'hang') return;
    if (misfortune === 'reset') return void incoming.socket.destroy();
    if (typeof misfortune === 'object' && !('slow' in misfortune)) return send(response, misfortune);
    if (typeof misfortune === 'object') await new Promise((resolve) => setTimeout(resolve, misfortune.slow));
    const given = await answer(request);
    if (misfortune !== 'answer then reset') return send(response, given);
    const { bytes, headers } = written(given);
    response.writeHead(given.status ?? 200, { ...headers, 'content-length': String(bytes.length + 1) });
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => incoming.socket.destroy());
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    serve(incoming, response).catch(() => incoming.socket.destroy());
  };
  const pem = selfSigned ? readFileSync(new URL('self-signed.pem', import.meta.url)) : undefined;
  const server = pem ? createSecureServer({ key: pem, cert: pem }, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http${selfSigned ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail: (misfortunes, when = () => true) => {
      planned = [...planned, ...misfortunes.map((misfortune) => ({ misfortune, when }))];
    },
    mend: () => {
      planned = [];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<Received> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? '',
    path: decodeURIComponent(pathname),
    query: searchParams,
    headers: incoming.headers,
    body: Buffer.concat(pieces).toString(),
    at: Date.now(),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  const { bytes, headers } = written(answer);
  response.writeHead(answer.status ?? 200, { ...headers, 'content-length': String(bytes.length) });
  response.end(bytes);
}

function written({ body = '', headers = {} }: Answer): { bytes: Buffer; headers: Readonly<Record<string, string>> } {
  const isPlain = typeof body === 'string' || body instanceof Uint8Array;
  const type = isPlain ? 'text/plain; charset=utf-8' : 'application/json; charset=UTF-8';
  return { bytes: Buffer.from(isPlain ? body : JSON.stringify(body)), headers: { 'content-type': type, ...headers } };
}

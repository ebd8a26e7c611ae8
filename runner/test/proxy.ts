import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What the proxy does when the client sends a piece that `onSend` was asked about. */
export type Verdict = 'pass' | 'drop before' | 'drop after';

export interface TcpProxy {
  readonly port: number;
  /** Cuts every connection and refuses new ones. */
  down(): Promise<void>;
  /** Takes connections again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Stands between the runner and the server, and cuts a connection where a test wants it. `drop before`: the server never
 * sees the piece, and its side of the connection stays open. `drop after`: the server has answered it, and the client
 * never sees the answer.
 * @param onSend is given what one connection has sent so far, and what it sends now, as text
 */
export async function startProxy(
  server: { readonly host: string; readonly port: number },
  onSend: (now: string, before: string) => Verdict,
): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    return socket;
  };
  const listener = createServer((client) => {
    keep(client);
    const upstream = keep(connect(server.port, server.host));
    let before = '';
    let cut = false;
    client.on('data', (piece) => {
      const now = piece.toString('latin1');
      const verdict = cut ? 'pass' : onSend(now, before);
      before += now;
      if (verdict !== 'pass') cut = true;
      if (verdict === 'drop before') client.destroy();
      else upstream.write(piece);
    });
    upstream.on('data', (piece) => {
      if (cut) client.destroy();
      else client.write(piece);
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => {
      // The network forgets to tell the server of a connection that was cut.
      if (!cut) upstream.destroy();
    });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, '127.0.0.1', resolve);
    });
  const down = (): Promise<void> =>
    new Promise((resolve) => {
      listener.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  await listen(0);
  const { port } = listener.address() as AddressInfo;
  return { port, down, up: () => listen(port), close: () => (listener.listening ? down() : Promise.resolve()) };
}

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A server that lives, as its own `postmaster.pid` says. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** `false` while it is on its way up or down. */
  readonly ready: boolean;
}

/** The server of this data directory, if there is one. A look at two small files, without a connection. */
export function findServer(data: string): Server | undefined {
  const server = readPid(data);
  return server && isServer(server.pid, data) ? server : undefined;
}

/**
 * PostgreSQL refuses to start while the number in `postmaster.pid` is that of a process, which after a crash or a reboot,
 * or in a copied folder, may be any. Without a pause between look and removal, so that no new file is removed.
 */
export function removeStalePid(data: string): void {
  const left = readPid(data);
  if (left && !isServer(left.pid, data)) rmSync(join(data, 'postmaster.pid'), { force: true });
}

function readPid(data: string): Server | undefined {
  const lines = read(join(data, 'postmaster.pid')).split('\n');
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' } : undefined;
}

/** Whether the process is a server of this very folder: its command names it. */
function isServer(pid: number, data: string): boolean {
  if (process.platform === 'linux') return read(`/proc/${pid}/cmdline`).split('\0').includes(data);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The text of a file, or '' when there is none. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

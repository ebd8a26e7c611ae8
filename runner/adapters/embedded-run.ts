import { spawn } from 'node:child_process';

/**
 * As whom a program of PostgreSQL runs: as the runner itself, in a user namespace where it has another number (and root's
 * own rights on files), or as another account.
 */
export type Identity =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace' | 'account'; readonly uid: number; readonly gid: number };

export interface ToolResult {
  readonly ok: boolean;
  /** Both outputs, as they came. */
  readonly output: string;
}

/** Milliseconds for output still on its way after the end of a program; the server that it left behind may keep it open. */
const OUTPUT_GRACE = 200;

/** Runs a program to its end. It never rejects: one that can't be started has failed, with the reason as output. */
export function runTool(identity: Identity, command: string, args: readonly string[]): Promise<ToolResult> {
  const [program, ...rest] = identity.kind === 'namespace' ? inNamespace(identity, command, args) : [command, ...args];
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      // A folder that every user may enter.
      cwd: process.platform === 'win32' ? undefined : '/',
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(identity.kind === 'account' ? { uid: identity.uid, gid: identity.gid } : {}),
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
    child.once('exit', (code) => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ ok: code === 0, output });
      }, OUTPUT_GRACE).unref();
    });
  });
}

export async function succeeds(identity: Identity, command: string, args: readonly string[]): Promise<boolean> {
  return (await runTool(identity, command, args)).ok;
}

function inNamespace(
  { uid, gid }: { readonly uid: number; readonly gid: number },
  command: string,
  args: readonly string[],
): [string, ...string[]] {
  return ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, command, ...args];
}

/** The server lives on after the run: it gets none of the secrets, nor a PGDATA or PGPORT meant for others. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];
  const entries = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}

import { join } from 'node:path';
import { RunnerError } from '../errors.ts';
import { redactor } from '../util/redact.ts';
import type { ConnectionConfig } from './types.ts';

/** Where a command works: the embedded server of the project folder, or a server that the environment names. */
export interface Target {
  readonly name: string;
  readonly embedded: boolean;
  /** Starts the embedded server when it is not running. @throws the signal's reason when it comes first */
  connect(progress: (message: string) => void, signal: AbortSignal): Promise<ConnectionConfig>;
}

export interface TargetOptions {
  /** `--target`: `embedded`, or any other name for the server of PGHOST. Unset: that server if PGHOST is set. */
  readonly name: string | undefined;
  readonly projectDir: string;
  readonly database: string;
  readonly env: (name: string) => string | undefined;
}

/** Folder of the embedded server's data, below the project. */
export const DATA_FOLDER = '.data';

/** @throws RunnerError `TARGET_UNKNOWN` when another target than the embedded one is wanted and PGHOST is not set */
export function resolveTarget({ name, projectDir, database, env }: TargetOptions): Target {
  const host = env('PGHOST');
  if (name === 'embedded' || (name === undefined && host === undefined)) {
    return {
      name: 'embedded',
      embedded: true,
      async connect(progress, signal) {
        const dataRoot = join(projectDir, DATA_FOLDER);
        const { runningEmbedded } = await import('./embedded-reuse.ts');
        const running = await runningEmbedded(dataRoot, database);
        const config =
          running ??
          (await (await import('./embedded.ts')).ensureEmbedded({ dataRoot, database, onProgress: progress, signal }));
        redactor.hide(config.password === undefined ? [] : [config.password]);
        return config;
      },
    };
  }
  if (host === undefined) {
    throw new RunnerError({
      code: 'TARGET_UNKNOWN',
      message: `target ${name} needs a server`,
      expected: 'PGHOST, and PGPORT PGUSER PGPASSWORD PGDATABASE as needed',
      hint: 'Set them in .env, or leave --target out for the embedded server.',
    });
  }
  const config = serverOf(host, database, env);
  return { name: name ?? 'server', embedded: false, connect: async () => config };
}

function serverOf(host: string, database: string, env: (name: string) => string | undefined): ConnectionConfig {
  const port = Number(env('PGPORT') ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RunnerError({
      code: 'TARGET_INVALID',
      message: 'PGPORT is no port',
      expected: '1 to 65535',
      found: env('PGPORT'),
      hint: 'Correct PGPORT in the environment or in .env.',
    });
  }
  const password = env('PGPASSWORD');
  return {
    host,
    port,
    user: env('PGUSER') ?? 'postgres',
    database: env('PGDATABASE') ?? database,
    ...(password === undefined ? {} : { password }),
  };
}

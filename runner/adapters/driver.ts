import { createRequire } from 'node:module';

/** The driver of PostgreSQL, `pg`. As the CommonJS module that it is: its ES wrapper costs twice the files. */
export const driver: typeof import('pg') = load();

/**
 * The driver finds out whether it runs at Cloudflare: by `navigator`, which Node has from 21 on, or else by `Response`,
 * which loads all of `fetch`. Until it has, the former says what runs.
 */
function load(): typeof import('pg') {
  const global = globalThis as { navigator?: unknown };
  const known = 'navigator' in global;
  if (!known) global.navigator = { userAgent: `Node.js/${process.versions.node}` };
  try {
    return createRequire(import.meta.url)('pg') as typeof import('pg');
  } finally {
    if (!known) delete global.navigator;
  }
}

import { existsSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';
import { sodaPython } from './runner/contracts/soda-environment.ts';
import { CHROMIUM } from './runner/test/docs/chromium.ts';
import { LongestFirst } from './runner/test/longest-first.ts';
import { PG_TOOLS } from './runner/test/operator.ts';

/** Tests against the real Soda are there where it is: npm run soda:install. */
const withoutSoda = existsSync(sodaPython(import.meta.dirname)) ? [] : ['runner/test/parity/**'];
/** Those that need pg_dump, likewise: npm run pgtools:install. */
const withoutTools = existsSync(PG_TOOLS) ? [] : ['runner/test/pgtools/**'];
/** Those of the site in a browser, likewise: apt-get install chromium. */
const withoutBrowser = existsSync(CHROMIUM) ? [] : ['runner/test/docs/**'];

export default defineConfig({
  test: {
    include: ['runner/**/*.test.ts', 'sources/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...withoutSoda, ...withoutTools, ...withoutBrowser],
    globalSetup: ['runner/test/server.ts', 'runner/test/read-once.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', ['json', { outputFile: 'target/vitest.json' }]],
  },
});

import { existsSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';
import { sodaPython } from './runner/contracts/soda-environment.ts';

/** Tests against the real Soda are there where it is: npm run soda:install. */
const withoutSoda = existsSync(sodaPython(import.meta.dirname)) ? [] : ['runner/test/parity/**'];

export default defineConfig({
  test: {
    include: ['runner/**/*.test.ts', 'sources/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...withoutSoda],
    globalSetup: ['runner/test/server.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'target/vitest.json' }]],
  },
});

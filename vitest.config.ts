import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['runner/**/*.test.ts', 'sources/**/*.test.ts', 'scripts/**/*.test.ts'],
    globalSetup: ['runner/test/server.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'target/vitest.json' }]],
  },
});

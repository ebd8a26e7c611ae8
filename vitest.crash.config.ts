import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** `npm run test:crash`: all the kills and stops of which `npm test` does a tenth, and all the routes of which it takes half; some minutes. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['runner/test/crash/*.test.ts', 'runner/test/routing.test.ts'],
    env: { RUNNER_CRASHES: 'all' },
  },
});

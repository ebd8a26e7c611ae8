import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** `npm run test:crash`: all the kills and stops of which `npm test` does a tenth, which takes some minutes. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['runner/test/crash/*.test.ts'], env: { RUNNER_CRASHES: 'all' } },
});

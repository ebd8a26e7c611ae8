import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** `npm run test:crash`: runs killed and servers stopped at random moments, with readers all along. It takes some minutes. */
export default defineConfig({
  ...base,
  test: { ...mergeConfig({}, base).test, include: ['runner/**/*.crash.ts'] },
});

import { defineConfig } from 'vitest/config';
import house from '../../vitest.config.mjs';

/** In a real browser, against the built server. One file after the other: each has a browser and a server of its own. */
export default defineConfig({
  ...house,
  test: {
    ...house.test,
    include: ['test/browser/**/*.browser-spec.ts'],
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    provide: { patienceMs: 55_000 },
  },
});

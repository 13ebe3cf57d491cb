import base from '../../jest.config.mjs';

/** In a real browser, against the built server. One file after the other: each has a browser and a server of its own. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser-spec.ts'],
  maxWorkers: 1,
  testTimeout: 60_000,
  globals: { PATIENCE_MS: 55_000 },
};

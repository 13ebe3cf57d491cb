import base from '../../jest.config.mjs';

/** The client as others get it, packed and installed, against the built server. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/package'],
  testMatch: ['**/*.package-spec.ts'],
  testTimeout: 120_000,
};

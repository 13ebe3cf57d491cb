import base from '../../jest.config.mjs';

/** The examples, as their READMEs say to run them, against the built server. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/examples'],
  testMatch: ['**/*.example-spec.ts'],
  testTimeout: 60_000,
};

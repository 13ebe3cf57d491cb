import { availableParallelism } from 'node:os';

// Our TypeScript and the ESM-only packages are compiled to CommonJS by swc (and cached), because some Nest add-ons still
// `require('@nestjs/common')` and Jest cannot require ES modules on Node 20; so is a package that imports others while it runs.
// Green on Node 20.19 and 24 without flags.
const typescript = {
  swcrc: false,
  jsc: {
    target: 'es2022',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'commonjs', importInterop: 'node' },
  sourceMaps: 'inline',
};
const javascript = {
  swcrc: false,
  jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
  module: { type: 'commonjs' },
};
const esmOnlyPackages =
  '@nestjs/|@opentelemetry/otlp-exporter-base/|nestjs-pino|jose|openid-client|oauth4webapi|content-disposition|.*\\.mjs$';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/jest/setup.mjs',
  globalTeardown: '<rootDir>/test/support/jest/teardown.mjs',
  setupFiles: ['reflect-metadata'],
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/packages/client/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', typescript], '^.+\\.m?js$': ['@swc/jest', javascript] },
  transformIgnorePatterns: [`/node_modules/(?!${esmOnlyPackages})`],
  moduleNameMapper: {
    '^@baton/client$': '<rootDir>/packages/client/src/index.ts',
    '^@baton/client/takeover$': '<rootDir>/packages/client/src/takeover/index.ts',
    '^@app/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Tests wait now and then, for timers and for connections: one worker more than cores keeps these busy.
  maxWorkers: availableParallelism() + 1,
  testTimeout: 30_000,
  globals: { PATIENCE_MS: 25_000 },
};

import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    globals: true,
    include: ['{apps,libs,packages,test}/**/*.{spec,e2e-spec}.ts'],
    exclude: ['**/{dist,node_modules}/**'],
    globalSetup: ['test/support/build-widget.mjs'],
    setupFiles: ['reflect-metadata', 'test/support/restore-mocks.ts'],
    // Loading the server takes longer than most files' tests: a worker loads it once and goes through many files.
    pool: 'forks',
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    provide: { patienceMs: 25_000 },
  },
});

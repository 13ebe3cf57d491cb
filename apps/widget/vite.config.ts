import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compressFiles, onlyWebSockets } from '../shared/build/plugins.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DIST = at('../../dist/apps/widget');

/** The page. The server writes its HTML and finds the files by the manifest; their names change with their content. */
export default defineConfig({
  root: at('.'),
  base: './',
  publicDir: false,
  plugins: [onlyWebSockets, compressFiles(DIST)],
  resolve: {
    alias: {
      '@baton/client/takeover': at('../../packages/client/src/takeover/index.ts'),
      '@baton/client': at('../../packages/client/src/index.ts'),
    },
  },
  build: {
    outDir: DIST,
    emptyOutDir: true,
    assetsDir: '',
    manifest: true,
    modulePreload: false,
    target: 'es2022',
    rolldownOptions: {
      input: at('src/main.tsx'),
      treeshake: { moduleSideEffects: (id) => !/packages\/client|(engine|socket)\.io-(client|parser)/.test(id) },
    },
  },
});

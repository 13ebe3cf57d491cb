import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { onlyWebSockets } from '../shared/build/plugins.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page. The server writes its HTML and finds the files by the manifest; their names change with their content. */
export default defineConfig({
  root: at('.'),
  base: './',
  publicDir: false,
  plugins: [onlyWebSockets],
  resolve: {
    alias: {
      '@baton/client/takeover': at('../../packages/client/src/takeover/index.ts'),
      '@baton/client': at('../../packages/client/src/index.ts'),
    },
  },
  build: {
    outDir: at('../../dist/apps/widget'),
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

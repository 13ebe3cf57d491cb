import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const TRANSPORTS = /engine\.io-client\/build\/esm\/transports\/index\.js$/;

/** The socket's client speaks over WebSockets alone; the other ways, which it would choose from, need not be carried along. */
const onlyWebSockets: Plugin = {
  name: 'only-web-sockets',
  enforce: 'pre',
  load: (id) =>
    TRANSPORTS.test(id) ? "import { WS } from './websocket.js'; export const transports = { websocket: WS };" : null,
};

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

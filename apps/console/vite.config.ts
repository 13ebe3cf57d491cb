import { compileMessage } from '@lingui/message-utils/compileMessage';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { compressFiles, onlyWebSockets } from '../shared/build/plugins.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DIST = at('../../dist/apps/console');
const CATALOGUE = 'virtual:texts/';

/** Compiles the catalogues of `src/texts`, so that browsers need no parser of messages. */
const catalogues: Plugin = {
  name: 'catalogues',
  resolveId: (id) => (id.startsWith(CATALOGUE) ? `\0${id}` : null),
  load(id) {
    if (!id.startsWith(`\0${CATALOGUE}`)) return null;
    const path = at(`src/texts/${id.slice(CATALOGUE.length + 1)}.json`);
    this.addWatchFile(path);
    const texts = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    const compiled = Object.entries(texts).map(([name, text]) => [name, compileMessage(text)]);
    return `export default ${JSON.stringify(Object.fromEntries(compiled))}`;
  },
};

/** The console. The server writes its HTML and finds the files by the manifest; their names change with their content. */
export default defineConfig({
  root: at('.'),
  base: './',
  publicDir: false,
  plugins: [onlyWebSockets, catalogues, compressFiles(DIST)],
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
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: {
      // Says of a library where it may run on servers; there are none here.
      onLog: (level, log, handle) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : handle(level, log)),
      input: at('src/main.tsx'),
      treeshake: { moduleSideEffects: (id) => !/packages\/client|(engine|socket)\.io-(client|parser)/.test(id) },
    },
  },
});

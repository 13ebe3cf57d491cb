import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The launcher: one plain script that runs on other people's pages and leaves nothing there but one element. */
export default defineConfig({
  root: at('.'),
  publicDir: false,
  build: {
    outDir: at('../../dist/apps/widget'),
    emptyOutDir: false,
    target: 'es2020',
    lib: {
      entry: at('src/launcher/launcher.ts'),
      formats: ['iife'],
      name: 'batonLauncher',
      fileName: () => 'launcher.js',
    },
  },
});

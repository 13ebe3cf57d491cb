import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const TRANSPORTS = /engine\.io-client\/build\/esm\/transports\/index\.js$/;

/** The socket's client speaks over WebSockets alone; the other ways, which it would choose from, need not be carried along. */
export const onlyWebSockets: Plugin = {
  name: 'only-web-sockets',
  enforce: 'pre',
  load: (id) =>
    TRANSPORTS.test(id) ? "import { WS } from './websocket.js'; export const transports = { websocket: WS };" : null,
};

/** Writes every file beside itself in the encodings that browsers take: the server compresses nothing of a page while it runs. */
export const compressFiles = (folder: string): Plugin => ({
  name: 'compress-files',
  closeBundle() {
    for (const name of readdirSync(folder).filter((each) => /\.(js|css|svg)$/.test(each))) {
      const bytes = readFileSync(join(folder, name));
      const parameters = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params: parameters }));
      writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
});

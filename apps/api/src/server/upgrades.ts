import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

const SOCKETS = /^\/socket\.io\/?(\?|$)/;

/** What Node's server keeps with each connection; its typings leave it out. */
interface ParsedSocket extends Socket {
  parser?: { onIncoming: (request: IncomingMessage, keepAlive: boolean) => unknown };
}

/**
 * Leaves `Upgrade` to what speaks WebSocket. Once anything listens for upgrades Node hands it every such request, `h2c` as curl sends
 * it among them, and none of the others would ever be answered. (`shouldUpgradeCallback` says the same, from Node 24.9 on.)
 */
export function ignoreForeignUpgrades(server: Server): void {
  server.on('connection', ({ parser }: ParsedSocket) => {
    if (parser === undefined) return;
    const { onIncoming } = parser;
    parser.onIncoming = (request, keepAlive) => {
      if (!isWebSocket(request)) Object.assign(request, { upgrade: request.method === 'CONNECT' });
      return onIncoming(request, keepAlive);
    };
  });
}

const isWebSocket = ({ headers, url = '' }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && SOCKETS.test(url);

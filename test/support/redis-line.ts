import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { REDIS_URL } from './servers.js';

/** A way to Redis that can be cut. */
export class RedisLine {
  private readonly sockets = new Set<Socket>();
  private constructor(private readonly server: Server) {}

  static async open(): Promise<RedisLine> {
    const target = new URL(REDIS_URL);
    const server = createServer((socket) => {
      const other = connect(Number(target.port || 6379), target.hostname);
      for (const [from, to] of [
        [socket, other],
        [other, socket],
      ] as const) {
        line.sockets.add(from);
        from
          .on('error', () => undefined)
          .on('close', () => to.destroy())
          .pipe(to);
      }
    });
    const line = new RedisLine(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  cut(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

import { toProblem, AppError, type AppConfig } from '@app/common';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import type { IncomingMessage } from 'node:http';
import { Server, type ServerOptions } from 'socket.io';

/** One frame, in bytes. */
const MAX_FRAME = 65_536;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A failed command is not worth a crash: what the sockets of other instances are told through Redis may get lost. */
class LenientRedis extends Redis {
  override sendCommand(...command: Parameters<Redis['sendCommand']>): unknown {
    const result = super.sendCommand(...command);
    if (result instanceof Promise) result.catch(() => undefined);
    return result;
  }
}

/** socket.io on the port of everything else, with Redis between the instances where there is one. */
export class SocketAdapter extends IoAdapter {
  private readonly log = new Logger('Sockets');
  private connections: Redis[] = [];

  constructor(
    app: INestApplicationContext,
    private readonly config: AppConfig,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const settings: Partial<ServerOptions> = {
      ...options,
      serveClient: false,
      maxHttpBufferSize: MAX_FRAME,
      connectTimeout: HANDSHAKE_TIMEOUT_MS,
      destroyUpgradeTimeout: HANDSHAKE_TIMEOUT_MS,
      cors: { origin: this.config.http.corsOrigins.includes('*') ? '*' : this.config.http.corsOrigins },
      allowRequest: (request, decide) => decide(null, this.isAllowed(request)),
      ...(this.config.redisUrl !== null && { adapter: this.redisAdapter(this.config.redisUrl) }),
    };
    const server = super.createIOServer(port, settings as ServerOptions);
    // Everything has a namespace of its own that asks who is there; the nameless one is for nobody.
    server.of('/').use((_socket, next) => {
      const problem = toProblem(new AppError('NOT_FOUND'), null);
      next(Object.assign(new Error(problem.title), { data: problem }));
    });
    return server;
  }

  override async dispose(): Promise<void> {
    for (const connection of this.connections) connection.disconnect();
    this.connections = [];
  }

  /** Browsers say where a page comes from; programs do not. */
  private isAllowed({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    const { corsOrigins, publicUrl } = this.config.http;
    if (origin === undefined || corsOrigins.includes('*') || corsOrigins.includes(origin)) return true;
    if (!URL.canParse(origin)) return false;
    if (publicUrl !== null && new URL(publicUrl).origin === origin) return true;
    return host !== undefined && new URL(origin).host === host;
  }

  private redisAdapter(url: string): ReturnType<typeof createAdapter> {
    const retryStrategy = (attempt: number): number => Math.min(attempt * 200, 2000);
    const publisher = new LenientRedis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, retryStrategy });
    const subscriber = new LenientRedis(url, { maxRetriesPerRequest: null, retryStrategy });
    this.connections = [publisher, subscriber];
    for (const connection of this.connections)
      connection.on('error', (error: Error) => this.log.debug(`Redis: ${error.message}`));
    return createAdapter(publisher, subscriber);
  }
}

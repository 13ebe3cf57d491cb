import proxyAddress from '@fastify/proxy-addr';
import {
  ANSWERS_SOON,
  AppError,
  connectionRefusal,
  instanceFull,
  noticeSilence,
  SECURITY_HEADERS,
  sendProblem,
  toProblem,
  trustedProxies,
  type AddressThrottle,
  type AppConfig,
  type HttpAdapter,
} from '@app/common';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { ServerResponse, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { defer, type Observable } from 'rxjs';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { isOpenToAllClients } from '../channels/channels.module.js';

/** One frame, in bytes. */
const MAX_FRAME = 65_536;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A handshake as socket.io reads it. */
interface Asked {
  _query?: Record<string, string>;
  headers: IncomingHttpHeaders;
  connection: object;
  socket: { remoteAddress?: string };
}

interface Connection {
  /** Who connects; behind proxies that are trusted, not the proxy. Limits count by it. */
  remoteAddress: string;
  request: Asked | null;
}

const TRANSPORTS_OWN = ['EIO', 'transport', 't', 'sid', 'b64', 'j'];

/** What says whose page opened a connection; looked at with a cookie only. */
const ORIGINS = ['cookie', 'origin', 'sec-fetch-site', 'host', 'x-forwarded-host', 'x-forwarded-proto'];

/** Of a handshake only what the client itself has put into the address, and what belongs to a cookie: nothing as a rule. */
function remainderOf(asked: Asked | null): Asked | null {
  if (asked === null) return null;
  const { _query = {}, headers, socket } = asked;
  const query = Object.entries(_query).filter(([name]) => !TRANSPORTS_OWN.includes(name));
  const kept = headers.cookie === undefined ? [] : Object.entries(headers).filter(([name]) => ORIGINS.includes(name));
  if (query.length === 0 && kept.length === 0) return null;
  return {
    _query: Object.fromEntries(query),
    headers: Object.fromEntries(kept),
    connection: {},
    socket: { remoteAddress: socket.remoteAddress },
  };
}

/** What asks to become a WebSocket is answered as any other request is, which engine.io does not do. */
function answerTo(request: IncomingMessage, response: ServerResponse): ServerResponse {
  if (response instanceof ServerResponse) return response;
  const own = new ServerResponse(request);
  own.shouldKeepAlive = false;
  own.assignSocket(request.socket);
  own.on('finish', () => request.socket.destroySoon());
  return own;
}

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
  private isRootTaken = false;

  constructor(
    app: INestApplicationContext,
    private readonly config: AppConfig,
    private readonly addresses: AddressThrottle,
    private readonly http: Pick<HttpAdapter, 'isDraining'>,
  ) {
    super(app);
  }

  override create(port: number, options?: ServerOptions & { namespace?: string; server?: Server }): Server {
    if (options?.namespace === '/') this.isRootTaken = true;
    return super.create(port, options) as Server;
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const settings: Partial<ServerOptions> = {
      ...options,
      serveClient: false,
      maxHttpBufferSize: MAX_FRAME,
      connectTimeout: HANDSHAKE_TIMEOUT_MS,
      destroyUpgradeTimeout: HANDSHAKE_TIMEOUT_MS,
      cors: { origin: this.isOpenToBrowsers ? '*' : this.config.http.corsOrigins },
      // Front ends of an open threads API may be older than this.
      allowEIO3: isOpenToAllClients(this.config),
      allowRequest: (request, decide) => decide(null, this.isAllowed(request)),
      ...(this.config.redisUrl !== null && { adapter: this.redisAdapter(this.config.redisUrl) }),
    };
    const server = super.createIOServer(port, settings as ServerOptions);
    const isTrusted = trustedProxies(this.config.http.trustProxy);
    server.engine.on('connection', (connection: Connection) => {
      connection.remoteAddress = proxyAddress(connection.request as IncomingMessage & Asked, isTrusted);
      // What was asked at the handshake is known by now, and would be kept for as long as the connection.
      connection.request = remainderOf(connection.request);
    });
    server.engine.use((request: IncomingMessage & Asked, response: ServerResponse, next: () => void) => {
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
      void this.admitHandshake(request, response, server.engine.clientsCount, next);
    });
    // Each gateway has a namespace that authenticates its callers. The root namespace refuses all connections unless a channel uses it.
    server.of('/').use((_socket, next) => {
      next(this.isRootTaken ? undefined : connectionRefusal(new AppError('NOT_FOUND')));
    });
    return server;
  }

  /**
   * One listener a connection. (Nest's own is a pipeline for each command of each connection, which is most of what a connection
   * costs.) It stands behind what the gateway has put in front of its commands.
   */
  override bindMessageHandlers(
    socket: Socket,
    handlers: MessageMappingProperties[],
    transform: (result: unknown) => Observable<unknown>,
  ): void {
    socket.use(([name, ...parts], next) => {
      const handler = handlers.find(({ message }) => message === name);
      if (handler === undefined) return next();
      const acknowledge = typeof parts.at(-1) === 'function' ? (parts.pop() as (answer: unknown) => void) : undefined;
      const payload: unknown = parts.length > 1 ? parts : parts[0];
      defer(() => transform(handler.callback(payload, acknowledge))).subscribe({
        next: (answer) => {
          if (answer !== undefined && answer !== null && !handler.isAckHandledManually) acknowledge?.(answer);
        },
        error: (error: unknown) => this.log.error(error),
      });
    });
  }

  override async dispose(): Promise<void> {
    for (const connection of this.connections) connection.disconnect();
    this.connections = [];
  }

  /** A session goes on uncounted, and so does what becomes a WebSocket: its namespace asks who is there. */
  private async admitHandshake(
    request: IncomingMessage & Asked,
    response: ServerResponse,
    open: number,
    next: () => void,
  ): Promise<void> {
    const isSession = request['_query']?.['sid'] !== undefined;
    const isNew = !isSession && request.headers.upgrade === undefined;
    try {
      if (!isSession && this.http.isDraining) throw new AppError('SHUTTING_DOWN', { retryAfterSeconds: 1 });
      if (!isSession && open >= this.config.http.socketsLimit) throw instanceFull('Too many sockets are open.');
      const address = proxyAddress(request, trustedProxies(this.config.http.trustProxy));
      if (isNew) await this.addresses.count('handshake', address);
    } catch (error) {
      return sendProblem(answerTo(request, response), toProblem(error, null), error);
    }
    next();
  }

  /** Which pages may connect; a cookie of theirs counts from pages of this server only. */
  private get isOpenToBrowsers(): boolean {
    return this.config.http.corsOrigins.includes('*') || isOpenToAllClients(this.config);
  }

  /** Browsers say where a page comes from; programs do not. */
  private isAllowed({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    const { corsOrigins, publicUrl } = this.config.http;
    if (origin === undefined || this.isOpenToBrowsers || corsOrigins.includes(origin)) return true;
    if (!URL.canParse(origin)) return false;
    if (publicUrl !== null && new URL(publicUrl).origin === origin) return true;
    return host !== undefined && new URL(origin).host === host;
  }

  private redisAdapter(url: string): ReturnType<typeof createAdapter> {
    const options = { ...ANSWERS_SOON, retryStrategy: (attempt: number): number => Math.min(attempt * 200, 2000) };
    const publisher = new LenientRedis(url, { ...options, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
    const subscriber = new LenientRedis(url, { ...options, maxRetriesPerRequest: null });
    this.connections = [publisher, subscriber];
    for (const connection of this.connections)
      noticeSilence(connection).on('error', (error: Error) => this.log.debug(`Redis: ${error.message}`));
    return createAdapter(publisher, subscriber, { key: `${this.config.redisPrefix}:sockets` });
  }
}

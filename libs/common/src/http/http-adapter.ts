import { StreamableFile, type NestApplicationOptions } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyServerOptions } from 'fastify';
import type { Server, ServerOptions, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { answerOf } from './answer.js';
import { sendUncompressed } from './compression.js';
import { EVENT_STREAM_TYPE, EventStream } from './event-stream.js';

/** No proxy may buffer or compress a stream of events. Code that writes one past the adapter sends these headers too. */
const EVENT_STREAM_HEADERS = {
  'content-type': EVENT_STREAM_TYPE,
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** An answer that has just ended reaches its reader within this time. */
const LAST_WORDS_MS = 500;

interface AdapterOptions extends FastifyServerOptions {
  shutdownGraceMs: number;
  http?: ServerOptions;
  forceCloseConnections?: boolean | 'idle';
}

/** Fastify as the catalogue's callers need it: results as JSON, and an end that lets running requests finish. */
export class HttpAdapter extends FastifyAdapter {
  private readonly shutdownGraceMs: number;
  private readonly streams = new Set<EventStream>();
  private isEnding = false;
  /** When the time to finish is over. */
  private endsAt = 0;
  private deadline?: NodeJS.Timeout;

  constructor({ shutdownGraceMs, ...options }: AdapterOptions) {
    super(options);
    this.shutdownGraceMs = shutdownGraceMs;
  }

  /** True from the first moment of a shutdown: running requests go on, new ones are refused. */
  get isDraining(): boolean {
    return this.isEnding;
  }

  override reply(response: FastifyReply | ServerResponse, body: unknown, statusCode?: number) {
    if ('raw' in response) {
      if (body instanceof StreamableFile) {
        sendUncompressed(response);
        this.keep(body.getStream());
      }
      const type = response.getHeader('content-type') ?? (body instanceof StreamableFile && body.getHeaders().type);
      if (typeof type === 'string' && type.startsWith('text/event-stream')) response.headers(EVENT_STREAM_HEADERS);
      else if (type === false || type === undefined) {
        const answer = answerOf(body, response.request.headers.accept);
        if (answer !== null) {
          response.type(answer.type);
          return super.reply(response, answer.text, statusCode);
        }
      }
    }
    return super.reply(response, body, statusCode);
  }

  override beforeClose(): void {
    this.isEnding = true;
    this.endsAt = Date.now() + this.shutdownGraceMs;
    super.beforeClose();
  }

  /** The sockets' server may be the first to close the HTTP server, and waits for its connections: it gets the deadline too. */
  override initHttpServer(options?: NestApplicationOptions): void {
    super.initHttpServer(options);
    const server = this.getHttpServer<Server>();
    const close = server.close.bind(server);
    server.close = (callback) => {
      // When finishing has used up the time, only the last words are still sent before the connections are closed.
      const left = Math.max(this.endsAt - Date.now(), Math.min(this.shutdownGraceMs, LAST_WORDS_MS));
      this.cutStreams();
      this.deadline ??= setTimeout(() => server.closeAllConnections(), left);
      return close(callback);
    };
  }

  override async close(): Promise<void> {
    try {
      await super.close();
    } finally {
      clearTimeout(this.deadline);
    }
  }

  private keep(stream: Readable): void {
    if (!(stream instanceof EventStream)) return;
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    if (this.deadline !== undefined) this.cutStreams();
  }

  /** Running answers have had their time. Readers come back, perhaps to another instance, and miss nothing. */
  private cutStreams(): void {
    for (const stream of this.streams) stream.cut('shutdown');
  }
}

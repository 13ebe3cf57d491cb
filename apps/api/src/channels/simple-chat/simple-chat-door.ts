import { AppError } from '@app/common';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { normalizeIp, ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SimpleChatConfig } from './simple-chat.config.js';

export const SIMPLE_CHAT_PATH = '/api/chat';

const MINUTE_MS = 60_000;

/** Stands before the handler: counts every call, also those whose body cannot be read. */
@Injectable()
export class SimpleChatDoor implements OnModuleInit {
  private readonly rate: number;

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(ThrottlerStorage) private readonly counts: ThrottlerStorage,
    config: SimpleChatConfig,
  ) {
    this.rate = config.rate;
  }

  onModuleInit(): void {
    if (this.rate === 0) return;
    // Commands run the application without an HTTP server.
    const server = (this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null)?.getInstance<FastifyInstance>();
    // Browsers may read a refusal only after the hooks of the request have said so; the body has not been read yet.
    server?.addHook('preParsing', async (request, reply) => this.count(request, reply));
  }

  /** At most so many calls of an address in each minute of the clock. */
  private async count(request: FastifyRequest & { isCounted?: boolean }, reply: FastifyReply): Promise<void> {
    if (request.method !== 'POST' || request.routeOptions.url !== SIMPLE_CHAT_PATH) return;
    request.isCounted = true;
    const now = Date.now();
    const minute = Math.floor(now / MINUTE_MS);
    const key = `simple-chat:${normalizeIp(request.ip)}:${minute}`;
    const { isBlocked, totalHits } = await this.counts.increment(key, MINUTE_MS, this.rate, MINUTE_MS, 'simple-chat');
    const secondsLeft = Math.ceil(((minute + 1) * MINUTE_MS - now) / 1000);
    if (isBlocked)
      throw new AppError('RATE_LIMITED', { detail: `${this.rate} per 1 minute`, retryAfterSeconds: secondsLeft });
    reply.headers({
      'ratelimit-limit': this.rate,
      'ratelimit-remaining': Math.max(0, this.rate - totalHits),
      'ratelimit-reset': secondsLeft,
    });
  }
}

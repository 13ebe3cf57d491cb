import { isOutcomeUnknown, OWN_IDEMPOTENCY, REPLAYED_HEADER, requestKeyOf, type RequestIdentity } from '@app/common';
import type { JsonValue } from '@app/database';
import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastValueFrom, from, type Observable } from 'rxjs';
import { IdempotencyService } from './idempotency.service.js';

const API = /^\/api\b/i;

/** Applies the key of every POST under `/api`, unless its handler does so by itself. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly idempotency: IdempotencyService,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.method !== 'POST' || !API.test(request.url)) return next.handle();
    if (this.reflector.get<boolean>(OWN_IDEMPOTENCY, context.getHandler())) return next.handle();
    const key = requestKeyOf(request);
    if (key === null) return next.handle();
    return from(this.runOnce(key, context.switchToHttp().getResponse<FastifyReply>(), next));
  }

  private async runOnce(key: RequestIdentity, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const recorded = await this.idempotency.begin(key);
    if (recorded !== null) {
      reply.code(recorded.status).header(REPLAYED_HEADER, 'true');
      return recorded.value;
    }
    let result: unknown;
    try {
      result = await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      // A second try must not find the key free if the first one may have had its effect.
      if (!isOutcomeUnknown(error)) await this.idempotency.release(key);
      throw error;
    }
    if (isPlain(result)) await this.idempotency.finish(key, { status: reply.statusCode, value: result ?? null });
    else await this.idempotency.release(key);
    return result;
  }
}

/** Streams cannot be played again. */
const isPlain = (result: unknown): result is JsonValue | undefined =>
  !(result instanceof StreamableFile) &&
  !Buffer.isBuffer(result) &&
  !(typeof result === 'object' && result !== null && (Symbol.asyncIterator in result || 'pipe' in result));

import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { requestKeyOf, type RequestIdentity } from './request-key.js';

export const OWN_IDEMPOTENCY = 'own-idempotency';

/** The handler keeps its own promise about `Idempotency-Key`: answers of its requests are not recorded. */
export const OwnIdempotency = (): MethodDecorator => SetMetadata(OWN_IDEMPOTENCY, true);

/** The request's key for a handler with {@link OwnIdempotency}; null when the caller gave none. */
export const IdempotencyRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): RequestIdentity | null =>
    requestKeyOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Credential } from '../auth.service.js';

/** What the caller has shown, as the guard has found it; null for anonymous callers. */
export const SessionCredential = createParamDecorator(
  (_: unknown, context: ExecutionContext): Credential | null =>
    context.switchToHttp().getRequest<{ credential?: Credential | null }>().credential ?? null,
);

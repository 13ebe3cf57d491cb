import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail, type ThrottlerRequest } from '@nestjs/throttler';
import type { Socket } from 'socket.io';
import { callerKey, type Principal } from '../access/principal.js';
import { AppConfig } from '../config/app-config.js';
import { AppError } from '../errors/app-error.js';

interface Counted {
  ip: string;
  principal?: Principal;
  headers: Record<string, string | string[] | undefined>;
  /** A route with a limit of its own has counted the request before it came here. */
  isCounted?: boolean;
}

/** One count per account over all routes and sockets; callers without an account are counted by address. */
@Injectable()
export class CallerThrottlerGuard extends ThrottlerGuard {
  @Inject(AppConfig) private readonly config: AppConfig;
  protected override headerPrefix = 'RateLimit';

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { limit, anonymousLimit } = this.config.throttle;
    return (limit === 0 && anonymousLimit === 0) || super.canActivate(context);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return this.getRequestResponse(context).req.isCounted === true;
  }

  protected override async handleRequest(request: ThrottlerRequest): Promise<boolean> {
    const { req } = this.getRequestResponse(request.context);
    const { throttle } = this.config;
    const limit = req.principal?.kind === 'user' ? request.limit : throttle.anonymousLimit;
    return limit === 0 || super.handleRequest({ ...request, limit });
  }

  protected override getRequestResponse(context: ExecutionContext): { req: Counted; res: Record<string, unknown> } {
    if (context.getType() !== 'ws')
      return super.getRequestResponse(context) as ReturnType<typeof this.getRequestResponse>;
    const client = context.switchToWs().getClient<Socket<object, object, object, { principal?: Principal }>>();
    const { address, headers } = client.handshake;
    return { req: { ip: address, principal: client.data.principal, headers }, res: {} };
  }

  protected override async getTracker(req: Counted): Promise<string> {
    return req.principal?.kind === 'user' ? callerKey(req.principal) : `ip:${await super.getTracker(req)}`;
  }

  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return tracker;
  }

  protected override async throwThrottlingException(_: ExecutionContext, detail: ThrottlerLimitDetail): Promise<void> {
    throw new AppError('RATE_LIMITED', { retryAfterSeconds: detail.timeToBlockExpire });
  }
}

import { ACCESS_LEVEL, AppError, isAdmin, isAgent, type AccessLevel, type Principal } from '@app/common';
import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthService } from './auth.service.js';
import { parseBearer } from './bearer.js';

const CHALLENGES: Partial<Record<string, string>> = {
  UNAUTHENTICATED: 'Bearer',
  INVALID_TOKEN: 'Bearer error="invalid_token"',
};

/** Closed by default: a handler is called only when it says who may call it, and the caller is one of them. */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly auth: AuthService,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() === 'ws') await this.checkSocket(context);
    else await this.checkRequest(context);
    return true;
  }

  private async checkRequest(context: ExecutionContext): Promise<void> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { principal?: Principal }>();
    try {
      const principal = await this.auth.authenticate(parseBearer(request.headers.authorization));
      request.principal = principal;
      this.admit(context, principal);
    } catch (error) {
      const challenge = error instanceof AppError ? CHALLENGES[error.code] : undefined;
      if (challenge !== undefined) http.getResponse<FastifyReply>().header('www-authenticate', challenge);
      throw error;
    }
  }

  /** The handshake has found out who it is. */
  private async checkSocket(context: ExecutionContext): Promise<void> {
    const { data } = context.switchToWs().getClient<{ data: { principal?: Principal } }>();
    if (data.principal === undefined) throw new AppError('UNAUTHENTICATED');
    data.principal = await this.auth.refresh(data.principal);
    this.admit(context, data.principal);
  }

  private admit(context: ExecutionContext, principal: Principal): void {
    const handler = context.getHandler();
    const level = this.reflector.getAllAndOverride<AccessLevel | undefined>(ACCESS_LEVEL, [
      handler,
      context.getClass(),
    ]);
    if (level === undefined) {
      this.logger.error(`${context.getClass().name}.${handler.name} does not say who may call it.`);
      throw new AppError('FORBIDDEN');
    }
    if (level === 'anonymous') return;
    if (principal.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
    if (level === 'agent' && !isAgent(principal)) throw new AppError('FORBIDDEN');
    if (level === 'admin' && !isAdmin(principal)) throw new AppError('FORBIDDEN');
  }
}

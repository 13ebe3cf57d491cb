import { AppError, AddressThrottle, hasCode, type Principal } from '@app/common';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from './admission.js';
import { AuthService } from './auth.service.js';
import { parseBearer } from './bearer.js';

const CHALLENGES: Partial<Record<string, string>> = {
  UNAUTHENTICATED: 'Bearer',
  INVALID_TOKEN: 'Bearer error="invalid_token"',
};

/** Closed by default: a handler is called only when it says who may call it, and the caller is one of them. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly auth: AuthService,
    private readonly admission: Admission,
    private readonly addresses: AddressThrottle,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() === 'ws') await this.checkSocket(context);
    else await this.checkRequest(context);
    return true;
  }

  private async checkRequest(context: ExecutionContext): Promise<void> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { principal?: Principal; isCounted?: boolean }>();
    try {
      const principal = await this.auth.authenticate(parseBearer(request.headers.authorization));
      request.principal = principal;
      this.admission.admit(context, principal);
    } catch (error) {
      // A route with a limit of its own has counted the request before it came here.
      const isCounted = request.isCounted === true;
      if (hasCode(error, 'INVALID_TOKEN') && !isCounted) await this.addresses.count('invalid-token', request.ip);
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
    this.admission.admit(context, data.principal);
  }
}

import { AppError, AddressThrottle, hasCode, type Principal } from '@app/common';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from './admission.js';
import { AuthService, type Credential } from './auth.service.js';
import { RequestCallers } from './request-callers.js';

const CHALLENGES: Partial<Record<string, string>> = {
  UNAUTHENTICATED: 'Bearer',
  INVALID_TOKEN: 'Bearer error="invalid_token"',
};

/** What is known of a caller by now. */
interface Identified {
  principal?: Principal;
  credential?: Credential | null;
}

/** Closed by default: a handler is called only when it says who may call it, and the caller is one of them. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly auth: AuthService,
    private readonly callers: RequestCallers,
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
    const request = http.getRequest<FastifyRequest & Identified & { isCounted?: boolean }>();
    try {
      Object.assign(request, await this.callers.ofRequest(request, http.getResponse<FastifyReply>()));
      this.admission.admit(context, request.principal!);
    } catch (error) {
      // A route with a limit of its own has counted the request before it came here.
      const isCounted = request.isCounted === true;
      // A cookie of no session is a wrong token as well, where one is needed.
      const isWrong =
        hasCode(error, 'INVALID_TOKEN') || (hasCode(error, 'UNAUTHENTICATED') && this.callers.hasCookie(request));
      if (isWrong && !isCounted) await this.addresses.count('invalid-token', request.ip);
      const challenge = error instanceof AppError ? CHALLENGES[error.code] : undefined;
      if (challenge !== undefined) http.getResponse<FastifyReply>().header('www-authenticate', challenge);
      throw error;
    }
  }

  /** The handshake has found out who it is. */
  private async checkSocket(context: ExecutionContext): Promise<void> {
    const { data } = context.switchToWs().getClient<{ data: Identified }>();
    if (data.principal === undefined) throw new AppError('UNAUTHENTICATED');
    data.principal = await this.auth.refresh(data.principal);
    await this.auth.noteUse(data.credential ?? null);
    this.admission.admit(context, data.principal);
  }
}

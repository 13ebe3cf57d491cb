import { ANONYMOUS, AppConfig, AppError, hasCode, OwnOrigin, type Sent, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthService, type Credential } from './auth.service.js';
import { parseBearer } from './bearer.js';
import { SessionCookie } from './sessions/session-cookie.js';
import { SessionsService } from './sessions/sessions.service.js';

export interface IdentifiedCaller {
  principal: Principal;
  credential: Credential | null;
}

const UNIDENTIFIED: IdentifiedCaller = { principal: ANONYMOUS, credential: null };
/** They change nothing, and other pages cannot read what they are answered. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Finds out who sends a request or opens a socket: by the token, or else by the session in the cookie. */
@Injectable()
export class RequestCallers {
  private readonly origin: OwnOrigin;

  constructor(
    config: AppConfig,
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly cookie: SessionCookie,
  ) {
    this.origin = new OwnOrigin(config);
  }

  async ofRequest(request: FastifyRequest, reply: FastifyReply): Promise<IdentifiedCaller> {
    const token = parseBearer(request.headers.authorization);
    if (token !== null) return this.ofToken(token);
    const secret = this.cookie.read(request.raw);
    if (secret === null) return UNIDENTIFIED;
    if (!SAFE_METHODS.includes(request.method) && !this.origin.isOwnPage(request.raw))
      throw new AppError('CROSS_SITE_REQUEST');
    const session = await this.sessionOf(secret);
    if (session === null) return UNIDENTIFIED;
    const renewed = await this.sessions.use(session, secret);
    if (renewed !== null) void reply.header('set-cookie', this.cookie.write(request.raw, renewed, session.expiresAt));
    return this.ofCredential({ sessionId: session.id });
  }

  /** Sockets are not held to the rule of origins by browsers, so that a cookie counts only from a page of ours. */
  async ofSocket(token: string | null, request: Sent): Promise<IdentifiedCaller> {
    if (token !== null) return this.ofToken(token);
    const secret = this.cookie.read(request);
    if (secret === null) return UNIDENTIFIED;
    if (!this.origin.isOwnPage(request)) throw new AppError('CROSS_SITE_REQUEST');
    const session = await this.sessionOf(secret);
    return session === null ? UNIDENTIFIED : this.ofCredential({ sessionId: session.id });
  }

  /** Whether it shows a cookie of a session, whatever that is worth. */
  hasCookie(request: FastifyRequest): boolean {
    return this.cookie.read(request.raw) !== null;
  }

  private async ofToken(token: string): Promise<IdentifiedCaller> {
    return { principal: await this.auth.authenticate(token), credential: { token } };
  }

  private async ofCredential(credential: Credential): Promise<IdentifiedCaller> {
    return { principal: await this.auth.identify(credential), credential };
  }

  /** Browsers send a cookie by themselves: that of a session that has ended counts as none. */
  private async sessionOf(secret: string) {
    try {
      return await this.sessions.find(secret);
    } catch (error) {
      if (hasCode(error, 'INVALID_TOKEN')) return null;
      throw error;
    }
  }
}

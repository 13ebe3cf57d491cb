import { AddressThrottle, hasCode, notFound, type Principal, type UserPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ApiKeysService } from '../../users/index.js';
import { AuthService, type Credential } from '../auth.service.js';
import { IssuerClient } from './issuer-client.js';
import { mapSession, type SessionDto, type SessionOptionsDto } from './session.dto.js';
import { SessionsService, type IssuedSession } from './sessions.service.js';

/** A browser that has just signed in. */
export interface SignedIn {
  issued: IssuedSession;
  principal: UserPrincipal;
  dto: SessionDto;
}

/** How browsers get a session. */
@Injectable()
export class SignInService {
  constructor(
    private readonly auth: AuthService,
    private readonly keys: ApiKeysService,
    private readonly sessions: SessionsService,
    private readonly client: IssuerClient,
    private readonly addresses: AddressThrottle,
  ) {}

  getOptions(): SessionOptionsDto {
    const { offer } = this.client;
    return { apiKey: true, oidc: offer && { name: offer.name } };
  }

  /** Exchanges an API key. Throws INVALID_TOKEN; too many wrong ones from an address are RATE_LIMITED. */
  async signInByKey(apiKey: string, address: string, browser: string): Promise<SignedIn> {
    try {
      const key = await this.keys.identifyKey(apiKey);
      const principal = (await this.auth.getPrincipal(key.userId)) as UserPrincipal;
      return this.signIn(principal, key, browser);
    } catch (error) {
      if (hasCode(error, 'INVALID_TOKEN')) await this.addresses.count('invalid-token', address);
      throw error;
    }
  }

  async signIn(
    principal: UserPrincipal,
    apiKey: { id: string; expiresAt: Date | null } | null,
    browser: string,
  ): Promise<SignedIn> {
    const issued = await this.sessions.create({ userId: principal.userId, apiKey, browser });
    return { issued, principal, dto: mapSession(issued.session, principal, this.sessions.idleMs) };
  }

  /** Of a browser that signs in again: its cookie is about to be replaced, and then no request could end the session it stood for. */
  async endFormer(caller: Principal, credential: Credential | null): Promise<void> {
    if (caller.kind !== 'user' || credential === null || !('sessionId' in credential)) return;
    await this.sessions.end(caller.userId, credential.sessionId);
  }

  /** The session of this very request. Callers with a token have none. */
  async getCurrent(caller: UserPrincipal, credential: Credential | null): Promise<SessionDto> {
    return mapSession(await this.sessions.get(currentId(credential)), caller, this.sessions.idleMs);
  }

  async endCurrent({ userId }: UserPrincipal, credential: Credential | null): Promise<void> {
    await this.sessions.end(userId, currentId(credential));
  }
}

function currentId(credential: Credential | null): string {
  if (credential === null || !('sessionId' in credential)) throw notFound('A session of this request');
  return credential.sessionId;
}

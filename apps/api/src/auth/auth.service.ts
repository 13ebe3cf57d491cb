import { ANONYMOUS, AppError, type Principal, type Role, type UserPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ApiKeysService, UsersService } from '../users/index.js';
import { OidcService } from './oidc.service.js';
import { SessionsService } from './sessions/sessions.service.js';
import { VisitorTokensService } from './visitor-tokens.service.js';

/** What a caller has shown. It is checked again while a connection stays open. */
export type Credential = { token: string } | { sessionId: string };

/** Finds out who is calling. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly keys: ApiKeysService,
    private readonly oidc: OidcService,
    private readonly visitors: VisitorTokensService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Who holds the token; anonymous without one. Throws INVALID_TOKEN for a token that is wrong in any way (it is never taken for
   * none), AUTH_UNAVAILABLE when it cannot be checked at the moment.
   */
  async authenticate(token: string | null): Promise<Principal> {
    if (token === null) return ANONYMOUS;
    if (this.visitors.accepts(token)) return this.visitors.verify(token);
    if (this.oidc.accepts(token)) return this.users.getExternalPrincipal(await this.oidc.verify(token));
    return this.getPrincipal(await this.keys.identify(token));
  }

  /** Whose credential it is now. Throws as {@link authenticate} does. */
  async identify(credential: Credential): Promise<Principal> {
    if ('token' in credential) return this.authenticate(credential.token);
    return this.getPrincipal((await this.sessions.get(credential.sessionId)).userId);
  }

  /** Notes that a session is used by what is asked for over an open socket. */
  async noteUse(credential: Credential | null): Promise<void> {
    if (credential === null || !('sessionId' in credential)) return;
    await this.sessions.noteUse(await this.sessions.get(credential.sessionId));
  }

  /** The caller as it is now: accounts change while a socket stays open. Throws INVALID_TOKEN when the account is gone. */
  async refresh(principal: Principal): Promise<Principal> {
    return principal.kind === 'user' ? this.getPrincipal(principal.userId) : principal;
  }

  /**
   * The account under which the server acts for callers who need none. It is created at the first request and has no keys, so that no
   * caller can log in with it.
   */
  getBuiltInAccount(name: string, displayName: string, roles: Role[]): Promise<UserPrincipal> {
    return this.users.getBuiltInPrincipal({ login: name, displayName, roles });
  }

  /** The account as it is now. Throws INVALID_TOKEN when it is gone. */
  async getPrincipal(userId: number): Promise<Principal> {
    const principal = await this.users.getPrincipal(userId);
    if (principal === null) throw new AppError('INVALID_TOKEN');
    return principal;
  }
}

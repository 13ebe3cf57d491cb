import { accessDenied, isAdmin, isAgent, type Principal, type UserPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { AuthService } from '../../../auth/index.js';
import { ThreadsConfig } from '../threads.config.js';

/** Shown to customers as the person who speaks, and in the audit log. */
const BUILT_IN = { login: 'threads-agent', name: 'Agent' };

/**
 * The principal of agents and administrators. With THREADS_OPEN callers need no account: a built-in one with the role `agent` acts for
 * them, and is an administrator for the one request that needs it.
 */
@Injectable()
export class ThreadStaffService {
  constructor(
    private readonly config: ThreadsConfig,
    private readonly auth: AuthService,
  ) {}

  async asAgent(caller: Principal): Promise<UserPrincipal> {
    return caller.kind === 'user' && isAgent(caller) ? caller : this.builtIn(caller);
  }

  async asAdmin(caller: Principal): Promise<UserPrincipal> {
    if (caller.kind === 'user' && isAdmin(caller)) return caller;
    const builtIn = await this.builtIn(caller);
    return { ...builtIn, roles: [...builtIn.roles, 'admin'] };
  }

  private builtIn(caller: Principal): Promise<UserPrincipal> {
    if (!this.config.isOpen) throw accessDenied(caller);
    return this.auth.getBuiltInAccount(BUILT_IN.login, BUILT_IN.name, ['agent']);
  }
}

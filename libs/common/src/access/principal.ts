export type Role = 'user' | 'agent' | 'admin';
export const ROLES: readonly Role[] = ['user', 'agent', 'admin'];

/** A person or program with an account. */
export interface UserPrincipal {
  kind: 'user';
  userId: number;
  login: string;
  displayName: string;
  roles: readonly Role[];
  isTermsAccepted: boolean;
}

/** A caller without credentials: may use the public open bot and the chats whose id it holds. */
export interface AnonymousPrincipal {
  kind: 'anonymous';
}

export type Principal = UserPrincipal | AnonymousPrincipal;

export const ANONYMOUS: AnonymousPrincipal = { kind: 'anonymous' };

export const isAdmin = (caller: Principal): boolean => caller.kind === 'user' && caller.roles.includes('admin');
/** Agents may see and take over chats; administrators are agents too. */
export const isAgent = (caller: Principal): boolean =>
  isAdmin(caller) || (caller.kind === 'user' && caller.roles.includes('agent'));

/** Who is counted, limited and held to an Idempotency-Key. Anonymous callers share one. */
export const callerKey = (caller: Principal): string =>
  caller.kind === 'user' ? `user:${caller.userId}` : 'anonymous';

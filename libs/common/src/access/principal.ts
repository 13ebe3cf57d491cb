import { AppError } from '../errors/app-error.js';

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

/** A person without an account who is recognised: talks to one public bot, and owns the chats with it. */
export interface VisitorPrincipal {
  kind: 'visitor';
  /** At most 64 ASCII characters. Agents are shown it. */
  visitorId: string;
  botId: string;
  displayName: string;
}

/** A caller without credentials: may use the chats whose id it holds, and certain bots. */
export interface AnonymousPrincipal {
  kind: 'anonymous';
  /** The one open bot; on channels without accounts, every public bot. */
  reach: 'open_bot' | 'public_bots';
}

export type Principal = UserPrincipal | VisitorPrincipal | AnonymousPrincipal;

export const ANONYMOUS: AnonymousPrincipal = { kind: 'anonymous', reach: 'open_bot' };
/** The customer on channels without accounts. */
export const ANONYMOUS_CUSTOMER: AnonymousPrincipal = { kind: 'anonymous', reach: 'public_bots' };
export const GUEST_NAME = 'Guest';

export const isAdmin = (caller: Principal): boolean => caller.kind === 'user' && caller.roles.includes('admin');
/** Agents may see and take over chats; administrators are agents too. */
export const isAgent = (caller: Principal): boolean =>
  isAdmin(caller) || (caller.kind === 'user' && caller.roles.includes('agent'));

/** Why this caller is refused: it is anonymous, or lacks the role. */
export const accessDenied = (caller: Principal): AppError =>
  new AppError(caller.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN');

/** Who is counted and held to an Idempotency-Key. Anonymous callers share one. */
export function callerKey(caller: Principal): string {
  if (caller.kind === 'user') return `user:${caller.userId}`;
  return caller.kind === 'visitor' ? `visitor:${caller.visitorId}` : 'anonymous';
}

/** The caller as the customer of a chat. */
export function customerOf(caller: Principal): { id: string | null; name: string } {
  if (caller.kind === 'user') return { id: String(caller.userId), name: caller.displayName };
  return caller.kind === 'visitor'
    ? { id: caller.visitorId, name: caller.displayName }
    : { id: null, name: GUEST_NAME };
}

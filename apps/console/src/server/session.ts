import { ProblemError, type SessionDto } from '@baton/client';
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { baton, SERVER } from './baton.js';

/** Who has signed in. */
export interface Me {
  sessionId: string;
  userId: number;
  login: string;
  name: string;
  roles: readonly string[];
}

/** Null for those who have not signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: findSession,
  staleTime: 60_000,
  gcTime: Infinity,
  retry: 2,
  refetchOnWindowFocus: true,
});

export const signInOptionsQuery = queryOptions({
  queryKey: ['sign-in-options'],
  queryFn: () => baton.getSessionOptions(),
  staleTime: Infinity,
});

/** Where the browser is led to sign in at the identity provider; it comes back to the page of the console. */
export const identityProviderAddress = (page: string): string =>
  `${new URL('api/sessions/oidc', SERVER).href}?returnTo=${encodeURIComponent(`/console${page}`)}`;

async function findSession(): Promise<Me | null> {
  try {
    return meOf(await baton.getCurrentSession());
  } catch (error) {
    if (error instanceof ProblemError && (error.status === 401 || error.status === 404)) return null;
    throw error;
  }
}

export async function signIn(queries: QueryClient, apiKey: string): Promise<void> {
  const session = await baton.createSession({ body: { apiKey } });
  queries.setQueryData(sessionQuery.queryKey, meOf(session));
}

/** Nothing of what was seen stays in the page. */
export async function signOut(queries: QueryClient): Promise<void> {
  await baton.deleteCurrentSession();
  queries.clear();
  queries.setQueryData(sessionQuery.queryKey, null);
}

export const mayServe = (me: Me): boolean => me.roles.some((role) => role === 'agent' || role === 'admin');

const meOf = ({ sessionId, user }: SessionDto): Me => ({
  sessionId,
  userId: user.userId,
  login: user.login,
  name: user.displayName || user.login,
  roles: user.roles,
});

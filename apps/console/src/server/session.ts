import { ProblemError } from '@baton/client';
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { baton, keptKey } from './baton.js';

/** Who has signed in. */
export interface Me {
  userId: number;
  login: string;
  name: string;
  roles: readonly string[];
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: findSession,
  staleTime: Infinity,
  gcTime: Infinity,
  retry: 2,
});

/** Null for those who have not signed in. */
async function findSession(): Promise<Me | null> {
  if (keptKey.get() === undefined) return null;
  try {
    const user = await baton.getCurrentUser();
    return { userId: user.id, login: user.login, name: user.login, roles: user.roles };
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) return null;
    throw error;
  }
}

export async function signIn(queries: QueryClient, apiKey: string): Promise<void> {
  keptKey.set(apiKey);
  const me = await findSession();
  if (me === null) {
    keptKey.forget();
    throw new ProblemError({ code: 'INVALID_TOKEN', status: 401, detail: '' } as ConstructorParameters<
      typeof ProblemError
    >[0]);
  }
  queries.setQueryData(sessionQuery.queryKey, me);
}

export async function signOut(queries: QueryClient): Promise<void> {
  keptKey.forget();
  queries.clear();
  queries.setQueryData(sessionQuery.queryKey, null);
}

export const mayServe = (me: Me): boolean => me.roles.some((role) => role === 'agent' || role === 'admin');

import { AppError, isAgent, type Principal } from '@app/common';
import type { Actor, AgentName } from '@app/contracts';

/** The caller as an agent; everybody else is refused. */
export function agentOf(caller: Principal): AgentName {
  if (caller.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
  if (!isAgent(caller)) throw new AppError('FORBIDDEN');
  return { id: caller.userId, name: caller.displayName };
}

export const agentActor = ({ id, name }: AgentName): Actor => ({ kind: 'agent', id: String(id), name });

export const customerActor = (caller: Principal): Actor =>
  caller.kind === 'user'
    ? { kind: 'customer', id: String(caller.userId), name: caller.displayName }
    : { kind: 'customer', id: null, name: 'Guest' };

import { accessDenied, customerOf, isAgent, type Principal } from '@app/common';
import type { Actor, AgentName, ChatOwner } from '@app/contracts';

/** The caller as an agent; other callers are refused. */
export function agentOf(caller: Principal): AgentName {
  if (caller.kind !== 'user' || !isAgent(caller)) throw accessDenied(caller);
  return { id: caller.userId, name: caller.displayName };
}

/** A person holds the chat, or the customer waits for one. */
export const isWithPeople = (owner: ChatOwner): boolean => owner === 'requested' || owner === 'human';

export const agentActor = ({ id, name }: AgentName): Actor => ({ kind: 'agent', id: String(id), name });

export const customerActor = (caller: Principal): Actor => ({ kind: 'customer', ...customerOf(caller) });

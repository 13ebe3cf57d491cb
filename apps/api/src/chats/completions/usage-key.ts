import { callerKey, type Principal } from '@app/common';

/**
 * Who is charged in the usage ledger, which is never deleted. Visitors are counted by their chat, because a visitor's id may be a telephone
 * number; once the chat is deleted, the key identifies no person.
 */
export const usageKeyOf = (caller: Principal, chatId: string): string =>
  caller.kind === 'visitor' ? `visitor:${chatId}` : callerKey(caller);

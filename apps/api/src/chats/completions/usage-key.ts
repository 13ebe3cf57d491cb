import { callerKey, type Principal } from '@app/common';

/**
 * Who is counted in the ledger, which outlives everything. Visitors are counted by their chat: their own ids may be telephone numbers, and
 * nothing leads to anybody once the chat is deleted.
 */
export const usageKeyOf = (caller: Principal, chatId: string): string =>
  caller.kind === 'visitor' ? `visitor:${chatId}` : callerKey(caller);

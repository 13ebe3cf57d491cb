import type { ChatOwner, OwnershipReason, ThreadStatus } from '@app/contracts';

/** Why a thread ends. */
export const END_REASONS = ['inactive_chat', 'window_closed'] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Who holds the chat, in the words of this format. What was closed for a reason that it does not know is inactive. */
export function statusOf({ owner, endReason }: { owner: ChatOwner; endReason: OwnershipReason | null }): ThreadStatus {
  if (owner === 'closed') return endReason === 'window_closed' ? 'window_closed' : 'inactive_chat';
  return owner === 'human' ? 'agent_takeover' : 'active';
}

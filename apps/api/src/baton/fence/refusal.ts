import { AppError } from '@app/common';
import type { ChatOwner } from '@app/contracts';

/** Who owns the chat now, for a caller whose command was refused. */
export interface CurrentOwner {
  owner: ChatOwner;
  agentId: number | null;
  epoch: number;
}

/** The error for a command that was refused; null when the chat is open and no agent has claimed it. */
export function refusalOf({ owner, agentId, epoch }: CurrentOwner, expectedEpoch: number | null): AppError | null {
  if (owner === 'closed') return new AppError('CHAT_CLOSED');
  if (expectedEpoch !== null && expectedEpoch !== epoch) return new AppError('OUTDATED_CHAT');
  if (owner === 'human') return new AppError('CHAT_HELD', { detail: `The chat is held by agent ${agentId}.` });
  return null;
}

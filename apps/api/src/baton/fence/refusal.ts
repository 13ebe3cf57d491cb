import { AppError } from '@app/common';
import type { ChatOwner } from '@app/contracts';

/** Who holds the chat now, for those who came too late. */
export interface Holding {
  owner: ChatOwner;
  agentId: number | null;
  epoch: number;
}

/** Why somebody came too late; null when no agent holds the chat and it is open. */
export function refusalOf({ owner, agentId, epoch }: Holding, expectedEpoch: number | null): AppError | null {
  if (owner === 'closed') return new AppError('CHAT_CLOSED');
  if (expectedEpoch !== null && expectedEpoch !== epoch) return new AppError('OUTDATED_CHAT');
  if (owner === 'human') return new AppError('CHAT_HELD', { detail: `The chat is held by agent ${agentId}.` });
  return null;
}

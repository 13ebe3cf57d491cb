import type { ChatOwner, TakeoverChatDto } from '@baton/client';
import type { Conversation } from './conversation.js';

/** Who owns the chat now, by whatever is newer: its log or what was asked of the server. */
export interface Ownership {
  owner: ChatOwner;
  epoch: number;
  agent: { id: number; name: string } | null;
  isMine: boolean;
}

export function ownershipOf(chat: TakeoverChatDto, conversation: Conversation, me: number): Ownership {
  const isLogNewer = conversation.owner !== null && conversation.epoch >= chat.epoch;
  const { agent } = isLogNewer ? conversation : chat;
  const owner = isLogNewer ? conversation.owner! : chat.owner;
  return {
    owner,
    epoch: Math.max(chat.epoch, conversation.epoch),
    agent,
    isMine: owner === 'human' && agent?.id === me,
  };
}

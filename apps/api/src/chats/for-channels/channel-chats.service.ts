import { notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ChannelChatsRepository, type ChannelChat } from './channel-chats.repository.js';
import type { ChatChannel } from '../chat/chats.repository.js';

export type { ChannelChat };

/** The chats of a channel, for the channel itself: it has made sure of who asks. Chats of other channels are not there. */
@Injectable()
export class ChannelChatsService {
  constructor(private readonly chats: ChannelChatsRepository) {}

  async findChat(channel: ChatChannel, id: string): Promise<ChannelChat | null> {
    return (await this.chats.findChats(channel, [id]))[0] ?? null;
  }

  /** In the order in which they began: the newest ones, or those after the given one. */
  async listChats(
    channel: ChatChannel,
    { limit, after }: { limit: number; after: string | null },
  ): Promise<ChannelChat[]> {
    if (after === null) return this.chats.findNewest(channel, limit);
    const last = await this.findChat(channel, after);
    if (last === null) throw notFound('The chat');
    return this.chats.findAfter(channel, last, limit);
  }
}

import { notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ChannelChatsRepository, type ChannelChat } from './channel-chats.repository.js';
import type { ChatChannel } from '../chat/chats.repository.js';

/** The chats of a channel, for the channel itself, which has checked the caller. Chats of other channels are not found. */
@Injectable()
export class ChannelChatsService {
  constructor(private readonly chats: ChannelChatsRepository) {}

  async findChat(channel: ChatChannel, id: string): Promise<ChannelChat | null> {
    return (await this.chats.findChats(channel, [id]))[0] ?? null;
  }

  /** In the order of their creation: the newest ones, or those after the given one. */
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

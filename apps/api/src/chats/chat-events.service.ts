import { AppError, isAgent, type Principal } from '@app/common';
import type { EventAudience } from '@app/database';
import { Injectable, StreamableFile } from '@nestjs/common';
import { mapEvents, type ChatEventsDto, type ChatEventsQuery } from './chat-event.dto.js';
import { ChatLogRepository } from './chat-log.repository.js';
import { ChatStreamsService } from './chat-streams.service.js';
import { ChatsService } from './chats.service.js';
import { EVENT_STREAM } from './completions.service.js';
import type { StreamRequest } from './stream-request.js';

/** The log of a chat. Those who hold it do not see what is for agents only; numbers keep their places. */
@Injectable()
export class ChatEventsService {
  constructor(
    private readonly chats: ChatsService,
    private readonly log: ChatLogRepository,
    private readonly streams: ChatStreamsService,
  ) {}

  async getChatEvents(
    caller: Principal,
    chatId: string,
    query: ChatEventsQuery,
    request: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    await this.chats.getHeldChat(caller, chatId);
    return this.read(chatId, 'everyone', query, request);
  }

  /** The same log with notes and whispers, of any chat. */
  async getTakeoverChatEvents(
    caller: Principal,
    chatId: string,
    query: ChatEventsQuery,
    request: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    if (!isAgent(caller)) throw new AppError('FORBIDDEN');
    await this.chats.getAnyChat(chatId);
    return this.read(chatId, 'agents', query, request);
  }

  private async read(
    chatId: string,
    reader: EventAudience,
    { after, limit }: ChatEventsQuery,
    { wantsStream, position }: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    const from = position ?? { seq: after, offset: 0 };
    if (wantsStream)
      return new StreamableFile(await this.streams.followChat(chatId, from, reader), { type: EVENT_STREAM });
    const events = await this.log.findEvents(chatId, from.seq, limit + 1);
    const visible = events.slice(0, limit).filter(({ audience }) => audience === 'everyone' || reader === 'agents');
    return mapEvents(
      visible.map(({ event }) => event),
      events.at(limit - 1)?.event.seq ?? events.at(-1)?.event.seq ?? from.seq,
      events.length > limit,
    );
  }
}

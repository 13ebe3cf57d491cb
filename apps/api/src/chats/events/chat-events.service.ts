import { AppError, isAgent, type Principal } from '@app/common';
import type { EventAudience } from '@app/database';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { ChatLogService, ChatStreamsService, OpenStreams } from '../../baton/index.js';
import { mapEvents, type ChatEventsDto, type ChatEventsQuery } from './chat-event.dto.js';
import { ChatsService } from '../chat/chats.service.js';
import { ChatLooks } from '../looks/chat-looks.js';
import type { StreamRequest } from '../completions/stream-request.js';

/** The event log of a chat. Customers do not see events for agents; the seq of the others stays the same. */
@Injectable()
export class ChatEventsService {
  constructor(
    private readonly chats: ChatsService,
    private readonly log: ChatLogService,
    private readonly streams: ChatStreamsService,
    private readonly places: OpenStreams,
    private readonly looks: ChatLooks,
  ) {}

  async getChatEvents(
    caller: Principal,
    chatId: string,
    query: ChatEventsQuery,
    request: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    await this.chats.getCustomerChat(caller, chatId);
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
    await this.looks.note(caller, chatId);
    return this.read(chatId, 'agents', query, request);
  }

  private async read(
    chatId: string,
    reader: EventAudience,
    { after, limit }: ChatEventsQuery,
    { wantsStream, position }: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    const from = position ?? { seq: after, offset: 0 };
    if (wantsStream) {
      this.places.requireRoom();
      return (await this.streams.followChat(chatId, from, reader)).asFile();
    }
    const { events, lastSeq, hasMore } = await this.log.readPage(chatId, from.seq, limit, reader);
    return mapEvents(events, lastSeq, hasMore);
  }
}

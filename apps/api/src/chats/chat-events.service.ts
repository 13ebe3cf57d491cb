import type { Principal } from '@app/common';
import { Injectable, StreamableFile } from '@nestjs/common';
import { mapEvents, type ChatEventsDto, type ChatEventsQuery } from './chat-event.dto.js';
import { ChatLogRepository } from './chat-log.repository.js';
import { ChatStreamsService } from './chat-streams.service.js';
import { ChatsService } from './chats.service.js';
import { EVENT_STREAM } from './completions.service.js';
import type { StreamRequest } from './stream-request.js';

/** The log of a chat for those who hold it. What is for agents only is left out; numbers keep their places. */
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
    { after, limit }: ChatEventsQuery,
    { wantsStream, position }: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    await this.chats.getHeldChat(caller, chatId);
    const from = position ?? { seq: after, offset: 0 };
    if (wantsStream) return new StreamableFile(await this.streams.followChat(chatId, from), { type: EVENT_STREAM });
    const events = await this.log.findEvents(chatId, from.seq, limit + 1);
    const visible = events.slice(0, limit).filter(({ audience }) => audience === 'everyone');
    return mapEvents(
      visible.map(({ event }) => event),
      events.at(limit - 1)?.event.seq ?? events.at(-1)?.event.seq ?? from.seq,
      events.length > limit,
    );
  }
}

import { listOptions, pagingResult, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { agentOf } from '../commands/agent.js';
import { ChatStatesService, mapDetails } from '../commands/chat-states.service.js';
import { QUEUE_ORDER_FIELDS, QueueRepository, type LastMessage } from './queue.repository.js';
import type { LastMessageDto, QueueItemDtoPagingResult, QueueQuery } from '../commands/takeover.dto.js';

const PREVIEW_LENGTH = 200;

/** The list that agents work from. */
@Injectable()
export class QueueService {
  constructor(
    private readonly queue: QueueRepository,
    private readonly states: ChatStatesService,
  ) {}

  /** Waiting and held chats, who waits longest first. */
  async getQueue(caller: Principal, query: QueueQuery): Promise<QueueItemDtoPagingResult> {
    agentOf(caller);
    const [chats, total] = await this.queue.findChats(
      { owner: query.Owner ?? null, botId: query.BotId ?? null, agentId: query.AgentId ?? null },
      listOptions(query, QUEUE_ORDER_FIELDS, { field: 'waitingSince', direction: 'ASC' }),
    );
    const [messages, positions] = await Promise.all([
      this.queue.findLastMessages(chats.map(({ id }) => id)),
      this.states.findPositions(chats),
    ]);
    const newest = new Map(messages.map((message) => [message.chatId, message]));
    return pagingResult(
      query,
      chats.map((chat) => ({
        ...mapDetails(chat, positions),
        waitingSeconds: chat.waitingMs === null ? null : Math.floor(chat.waitingMs / 1000),
        lastMessage: mapLastMessage(newest.get(chat.id)),
      })),
      total,
    );
  }
}

function mapLastMessage(message: LastMessage | undefined): LastMessageDto | null {
  if (message === undefined) return null;
  const text = message.text.slice(0, PREVIEW_LENGTH).toWellFormed();
  return { author: message.author, text, at: message.at.toISOString() };
}

import { AppError, hasCode, notFound, type Principal } from '@app/common';
import type { ChatState } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { ChatLooks } from '../../chats/index.js';
import { UsersService } from '../../users/index.js';
import { QueueRepository, type QueuedChat } from '../queue/queue.repository.js';
import type { TakeoverChatDto } from './takeover.dto.js';

/** As plain data. */
export type ChatDetails = Pick<TakeoverChatDto, keyof TakeoverChatDto>;

/** The owner of a chat as clients see it. Callers of this service have checked the access. */
@Injectable()
export class ChatStatesService {
  constructor(
    private readonly queue: QueueRepository,
    private readonly users: UsersService,
    private readonly looks: ChatLooks,
  ) {}

  async getState(chatId: string): Promise<ChatState> {
    const chat = await this.find(chatId);
    return mapState(chat, await this.findPositions([chat]));
  }

  /** For an agent who looks at the chat. */
  async getDetails(caller: Principal, chatId: string): Promise<ChatDetails> {
    const chat = await this.find(chatId);
    await this.looks.note(caller, chatId);
    return mapDetails(chat, await this.findPositions([chat]));
  }

  /** The places in line of those of the chats that wait, from 1. */
  findPositions(chats: readonly QueuedChat[]): Promise<ReadonlyMap<string, number>> {
    return this.queue.findPositions(chats.flatMap(({ id, owner }) => (owner === 'requested' ? [id] : [])));
  }

  /** The same refusal, with the name of the agent who has claimed the chat, if one has. */
  async nameAgent(error: unknown, chatId: string): Promise<unknown> {
    if (!hasCode(error, 'CHAT_HELD', 'OUTDATED_CHAT')) return error;
    const chat = await this.queue.findChat(chatId);
    if (chat === null || chat.agentId === null) return error;
    return new AppError(error.code, { detail: `${await this.nameOf(chat.agentId)} holds the chat.` });
  }

  async nameOf(agentId: number): Promise<string> {
    return (await this.users.getPrincipal(agentId))?.displayName ?? 'An agent';
  }

  private async find(chatId: string): Promise<QueuedChat> {
    const chat = await this.queue.findChat(chatId);
    if (chat === null) throw notFound('The chat');
    return chat;
  }
}

const mapState = (chat: QueuedChat, positions: ReadonlyMap<string, number>): ChatState => ({
  chatId: chat.id,
  owner: chat.owner,
  epoch: chat.epoch,
  agent: chat.agentId === null ? null : { id: chat.agentId, name: chat.agentName ?? 'An agent' },
  position: positions.get(chat.id) ?? null,
});

export const mapDetails = (chat: QueuedChat, positions: ReadonlyMap<string, number>): ChatDetails => ({
  ...mapState(chat, positions),
  displayName: chat.displayName,
  botId: chat.botId,
  botDisplayName: chat.botDisplayName,
  customerName: chat.customerName ?? 'Guest',
  createdUtc: chat.createdAt.toISOString(),
  lastAccessedUtc: chat.lastAccessedAt.toISOString(),
});

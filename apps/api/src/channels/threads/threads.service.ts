import { ANONYMOUS_CUSTOMER, AppError, hasCode, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { PublicBotsService } from '../../bots/index.js';
import {
  ChannelChatsService,
  type ChannelChat,
  ChatDeletionService,
  ChatVariablesService,
  ChatsService,
} from '../../chats/index.js';
import { threadNotFound } from './thread-errors.js';
import { chatIdOf, threadIdOf } from './thread-ids.js';
import { mapMessage, type ThreadMessagesDto } from './thread-message.dto.js';
import { ThreadMessagesRepository } from './thread-messages.repository.js';
import { ThreadStaffService } from './agents/thread-staff.service.js';
import {
  mapDeletedThread,
  mapThread,
  type CreatedThreadDto,
  type DeletedThreadDto,
  type NothingFoundDto,
  type ThreadDto,
  type ThreadsQuery,
  type ThreadVariablesAnswerDto,
} from './thread.dto.js';

/** A caller who knows the id of a thread. Leads have no accounts. */
const LEAD = ANONYMOUS_CUSTOMER;
const MAX_MESSAGES = 1000;

/** Threads are the chats of this channel. Chats of others are not found here. */
@Injectable()
export class ThreadsService {
  constructor(
    private readonly staff: ThreadStaffService,
    private readonly threads: ChannelChatsService,
    private readonly messages: ThreadMessagesRepository,
    private readonly publicBots: PublicBotsService,
    private readonly chats: ChatsService,
    private readonly variables: ChatVariablesService,
    private readonly deletion: ChatDeletionService,
  ) {}

  /** A chat needs a bot before the caller has named an assistant: the open bot, or the oldest public one. */
  async createThread(): Promise<CreatedThreadDto> {
    const botId = await this.publicBots.findFirst();
    if (botId === null) throw new AppError('BOT_NOT_READY', { detail: 'There is no public assistant to talk to.' });
    return { thread_id: threadIdOf(await this.chats.openChat(LEAD, botId, 'threads')) };
  }

  async listThreads(caller: Principal, { limit, after }: ThreadsQuery): Promise<ThreadDto[] | NothingFoundDto> {
    await this.staff.asAgent(caller);
    const last = after === undefined ? null : (await this.find(after)).id;
    const threads = await this.threads.listChats('threads', { limit, after: last });
    return threads.length === 0 && last === null
      ? { success: false, message: 'threads not found' }
      : threads.map(mapThread);
  }

  async getThread(threadId: string): Promise<ThreadDto> {
    return mapThread(await this.find(threadId));
  }

  async getMessages(threadId: string): Promise<ThreadMessagesDto> {
    const { id } = await this.find(threadId);
    const messages = await this.messages.findMessages(id, MAX_MESSAGES);
    return { messages: messages.map((message) => mapMessage(id, message)) };
  }

  async deleteThread(caller: Principal, threadId: string): Promise<DeletedThreadDto> {
    await this.staff.asAgent(caller);
    const thread = await this.find(threadId);
    await this.deletion.deleteChat(LEAD, thread.id);
    return mapDeletedThread(thread);
  }

  /** The answer is the same for a thread without variables and for one that does not exist. */
  async getVariables(threadId: string): Promise<ThreadVariablesAnswerDto | NothingFoundDto> {
    const variables = await this.findVariables(threadId);
    return Object.keys(variables).length === 0
      ? { success: false, message: 'Variable not found' }
      : { success: true, variables: { thread_id: threadId, variables } };
  }

  /** The chat of a thread, for services that have checked the caller. */
  async find(threadId: string): Promise<ChannelChat> {
    const chat = await this.threads.findChat('threads', chatIdOf(threadId));
    if (chat === null) throw threadNotFound();
    return chat;
  }

  private async findVariables(threadId: string): Promise<object> {
    try {
      return await this.variables.get((await this.find(threadId)).id);
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return {};
      throw error;
    }
  }
}

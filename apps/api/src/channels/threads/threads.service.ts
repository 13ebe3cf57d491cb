import { ANYBODY, AppError, hasCode, type Language, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotsService, PublicBotsService } from '../../bots/index.js';
import {
  ChannelChatsService,
  type ChannelChat,
  ChatDeletionService,
  ChatVariablesService,
  ChatsService,
  CompletionsService,
} from '../../chats/index.js';
import { TakeoverService } from '../../takeover/index.js';
import { assistantNotFound, ThreadEnded, threadNotFound } from './thread-errors.js';
import { botIdOf, chatIdOf, runIdOf, threadIdOf } from './thread-ids.js';
import { mapMessage, type ThreadMessagesDto } from './thread-message.dto.js';
import { ThreadMessagesRepository } from './thread-messages.repository.js';
import { ThreadStaffService } from './agents/thread-staff.service.js';
import { END_REASONS, statusOf, type EndReason } from './thread-status.js';
import {
  ALREADY_CANCELLED,
  mapThread,
  MESSAGE_ADDED,
  type ChatRequestDto,
  type CreatedThreadDto,
  type DeletedThreadDto,
  type MessageAddedDto,
  type NothingFoundDto,
  type RunDto,
  type ThreadDto,
  type ThreadNoticeDto,
  type ThreadsQuery,
  type ThreadVariablesAnswerDto,
} from './thread.dto.js';

/** Whoever knows a thread's id: nobody has an account here, and threads belong to nobody. */
const LEAD = ANYBODY;
const MAX_MESSAGES = 1000;
/** A bot may pass the chat on while its end is being asked for. */
const END_ATTEMPTS = 5;

/** Threads are the chats of this channel. Chats of others are not found here. */
@Injectable()
export class ThreadsService {
  constructor(
    private readonly staff: ThreadStaffService,
    private readonly threads: ChannelChatsService,
    private readonly messages: ThreadMessagesRepository,
    private readonly bots: BotsService,
    private readonly publicBots: PublicBotsService,
    private readonly chats: ChatsService,
    private readonly completions: CompletionsService,
    private readonly takeover: TakeoverService,
    private readonly variables: ChatVariablesService,
    private readonly deletion: ChatDeletionService,
  ) {}

  /** A chat needs a bot although nobody has been asked for yet: the open bot, or the oldest public one. */
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

  /** Answers when the assistant's answer is stored; at once when an agent will answer. */
  async addMessage(dto: ChatRequestDto, language: Language): Promise<RunDto | MessageAddedDto> {
    const { id, owner } = await this.findOpen(dto.thread_id);
    // While a person answers it does not matter which assistant is named.
    const botId = owner === 'bot' && dto.asst_id ? await this.findBot(dto.asst_id) : undefined;
    try {
      const options = { idempotency: null, language, botId };
      const { metaData, completionId } = await this.completions.answer(LEAD, id, dto.message, options);
      return metaData.tags.includes('human') ? MESSAGE_ADDED : { run_id: runIdOf(completionId) };
    } catch (error) {
      // Ended or deleted a moment ago.
      if (hasCode(error, 'CHAT_CLOSED', 'NOT_FOUND')) await this.findOpen(dto.thread_id);
      throw hasCode(error, 'NOT_FOUND') ? assistantNotFound() : error;
    }
  }

  /** Ends a thread in which the assistant speaks. One that an agent has taken over stays with the agent. */
  async endThread(threadId: string, reason: EndReason): Promise<DeletedThreadDto | ThreadNoticeDto> {
    for (let attempt = 1; ; attempt++) {
      const thread = await this.find(threadId);
      if (statusOf(thread) !== 'active') return ALREADY_CANCELLED;
      try {
        await this.takeover.endChat(LEAD, thread.id, { expectedEpoch: thread.epoch }, reason);
        return deleted(thread);
      } catch (error) {
        if (!hasCode(error, 'OUTDATED_CHAT', 'CHAT_CLOSED') || attempt === END_ATTEMPTS) throw error;
      }
    }
  }

  /** As older clients ask for it, with codes of their own. */
  endThreadByCode(threadId: string, code: string): Promise<DeletedThreadDto | ThreadNoticeDto> {
    return this.endThread(threadId, END_REASONS.find((reason) => reason === code) ?? 'inactive_chat');
  }

  async deleteThread(caller: Principal, threadId: string): Promise<DeletedThreadDto> {
    await this.staff.asAgent(caller);
    const thread = await this.find(threadId);
    await this.deletion.deleteChat(LEAD, thread.id);
    return deleted(thread);
  }

  /** A thread without variables and one that is not there look the same. */
  async getVariables(threadId: string): Promise<ThreadVariablesAnswerDto | NothingFoundDto> {
    const variables = await this.findVariables(threadId);
    return Object.keys(variables).length === 0
      ? { success: false, message: 'Variable not found' }
      : { success: true, variables: { thread_id: threadId, variables } };
  }

  /** The chat of a thread, for services that have made sure of who asks. */
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

  private async findOpen(threadId: string): Promise<ChannelChat> {
    const thread = await this.find(threadId);
    if (thread.owner === 'closed') throw new ThreadEnded(statusOf(thread));
    return thread;
  }

  private async findBot(assistantId: string): Promise<string> {
    try {
      return (await this.bots.getUsableBot(LEAD, botIdOf(assistantId))).id;
    } catch (error) {
      throw hasCode(error, 'NOT_FOUND') ? assistantNotFound() : error;
    }
  }
}

const deleted = ({ id }: { id: string }): DeletedThreadDto => ({
  id: threadIdOf(id),
  object: 'thread.deleted',
  deleted: true,
});

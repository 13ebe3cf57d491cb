import { ANONYMOUS_CUSTOMER, hasCode, type Language } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotsService } from '../../bots/index.js';
import { CompletionsService, type ChannelChat } from '../../chats/index.js';
import { TakeoverService } from '../../takeover/index.js';
import { assistantNotFound, ThreadEnded } from './thread-errors.js';
import { botIdOf, runIdOf } from './thread-ids.js';
import { END_REASONS, statusOf, type EndReason } from './thread-status.js';
import {
  ALREADY_CANCELLED,
  mapDeletedThread,
  MESSAGE_ADDED,
  type ChatRequestDto,
  type DeletedThreadDto,
  type MessageAddedDto,
  type RunDto,
  type ThreadNoticeDto,
} from './thread.dto.js';
import { ThreadsService } from './threads.service.js';

/** A caller who knows the id of a thread. Leads have no accounts. */
const LEAD = ANONYMOUS_CUSTOMER;
/** The bot may hand the chat off while the request to end it is under way. */
const END_ATTEMPTS = 5;

/** What leads do in a thread: they write, and they end it. */
@Injectable()
export class ThreadConversationService {
  constructor(
    private readonly threads: ThreadsService,
    private readonly bots: BotsService,
    private readonly completions: CompletionsService,
    private readonly takeover: TakeoverService,
  ) {}

  /** Answers when the assistant's answer is stored; at once when an agent will answer. */
  async addMessage(dto: ChatRequestDto, language: Language): Promise<RunDto | MessageAddedDto> {
    const { id, owner } = await this.findOpen(dto.thread_id);
    // While an agent answers, the assistant that is named does not matter.
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
      const thread = await this.threads.find(threadId);
      if (statusOf(thread) !== 'active') return ALREADY_CANCELLED;
      try {
        await this.takeover.endChat(LEAD, thread.id, { expectedEpoch: thread.epoch }, reason);
        return mapDeletedThread(thread);
      } catch (error) {
        if (!hasCode(error, 'OUTDATED_CHAT', 'CHAT_CLOSED') || attempt === END_ATTEMPTS) throw error;
      }
    }
  }

  /** As older clients ask for it, with codes of their own. */
  endThreadByCode(threadId: string, code: string): Promise<DeletedThreadDto | ThreadNoticeDto> {
    return this.endThread(threadId, END_REASONS.find((reason) => reason === code) ?? 'inactive_chat');
  }

  private async findOpen(threadId: string): Promise<ChannelChat> {
    const thread = await this.threads.find(threadId);
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

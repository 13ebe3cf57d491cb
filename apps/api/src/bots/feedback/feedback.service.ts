import { listOptions, momentOf, notFound, pagingResult, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { BotAccessService } from '../profile/bot-access.service.js';
import {
  mapFeedback,
  type AdminGetBotFeedbackResponseItemDtoPagingResult,
  type AdminUpdateBotFeedbackRequestDto,
  type BotFeedbackQuery,
  BotFeedbackRequestDto,
  BotFeedbackResponseDto,
} from './feedback.dto.js';
import { FEEDBACK_ORDER_FIELDS, FeedbackRepository } from './feedback.repository.js';

/** Feedback is given through the chat that it is about. */
export { BotFeedbackRequestDto, BotFeedbackResponseDto };

/** What people think of a bot's answers, and what its administrators made of it. */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly feedback: FeedbackRepository,
    private readonly access: BotAccessService,
  ) {}

  /** Whether the caller may speak about the chat is settled by then. */
  async createFeedback(chatId: string, botId: string, dto: BotFeedbackRequestDto): Promise<BotFeedbackResponseDto> {
    const createdAt = new Date();
    const id = uuidv7();
    await this.feedback.insert({
      id,
      chatId,
      botId,
      userMessage: dto.userMessage ?? '',
      assistantMessage: dto.assistantMessage ?? '',
      userComment: dto.userComment ?? '',
      voteId: dto.voteId,
      messageCreatedAt: dto.messageCreatedUtc ? momentOf(dto.messageCreatedUtc) : createdAt,
      status: null,
      adminComment: null,
      adminUpdatedAt: null,
      createdAt,
    });
    return { feedbackId: id };
  }

  async list(
    caller: Principal,
    botId: string,
    query: BotFeedbackQuery,
  ): Promise<AdminGetBotFeedbackResponseItemDtoPagingResult> {
    await this.access.requireBotAdmin(caller, botId);
    const { FilterByVote: voteId, FilterByStatus: status } = query;
    const isStatusWanted = query.ShowFeedbacksWithStatus === true || status !== undefined;
    const isNoStatusWanted = query.ShowFeedbacksWithoutStatus === true;
    const [feedback, total] = await this.feedback.list(botId, {
      ...listOptions(query, FEEDBACK_ORDER_FIELDS, { field: 'createdUtc', direction: 'DESC' }),
      voteId,
      status,
      withStatus: isStatusWanted || !isNoStatusWanted,
      withoutStatus: isNoStatusWanted || !isStatusWanted,
    });
    return pagingResult(query, feedback.map(mapFeedback), total);
  }

  async update(
    caller: Principal,
    botId: string,
    feedbackId: string,
    dto: AdminUpdateBotFeedbackRequestDto,
  ): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
    if (!(await this.feedback.update(botId, feedbackId, dto.status, dto.adminComment ?? null)))
      throw notFound('The feedback');
  }

  /** Forgets the words of feedback on chats that are not there any more. Returns how much of it there was. */
  forgetWords(): Promise<number> {
    return this.feedback.forgetWords();
  }
}

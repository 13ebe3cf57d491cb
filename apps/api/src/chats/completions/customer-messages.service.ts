import { AppConfig, AppError, customerOf, inLanguage, stableId, type Language, type Principal } from '@app/common';
import type { TurnOptions } from '@app/database';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type AcceptedTurn, HandoffRulesService, type IncomingMessage, TurnsService } from '../../baton/index.js';
import { type BotProfile, BotStopService, BotsService } from '../../bots/index.js';
import { ChatRoutingService } from './chat-routing.service.js';
import { ChatSettingsService } from '../settings/chat-settings.service.js';
import type { StoredChat } from '../chat/chats.repository.js';
import { ChatsService } from '../chat/chats.service.js';
import type { ChatCompletionRequestDto } from './completion.dto.js';
import { usageKeyOf } from './usage-key.js';

export interface AcceptOptions {
  /** Hashes of the caller's Idempotency-Key and of the request. */
  idempotency: { requestKey: string; requestHash: string } | null;
  language: Language;
  /** Lets another bot than the chat's answer. A chat without messages becomes that bot's. */
  botId?: string;
}

/** Accepts customers' messages: whether they are allowed, which bot they are for, and whether they ask for an agent. */
@Injectable()
export class CustomerMessagesService {
  constructor(
    private readonly config: AppConfig,
    private readonly chats: ChatsService,
    private readonly settings: ChatSettingsService,
    private readonly bots: BotsService,
    private readonly routing: ChatRoutingService,
    private readonly botStop: BotStopService,
    private readonly handoffRules: HandoffRulesService,
    private readonly turns: TurnsService,
  ) {}

  /** Stores the message; when this returns it is durable. Its turn runs when the caller lets it. */
  async accept(
    caller: Principal,
    chatId: string,
    dto: ChatCompletionRequestDto,
    options: AcceptOptions,
    turnDefaults: Pick<TurnOptions, 'isRepeatedWhenCut'> = {},
  ): Promise<AcceptedTurn> {
    const chat = await this.chats.getCustomerChat(caller, chatId);
    const entry = await this.bots.getUsableBot(caller, options.botId ?? chat.botId);
    this.requireTerms(caller);
    if (chat.owner === 'bot') await this.refuseWhenBotsAreStopped(entry, dto.userMessage);
    if (entry.id !== chat.botId) await this.settings.changeBot(chat.id, entry.id);
    if (dto.isAdminChat) await this.settings.markAdminChat(caller, chat);
    const turnId = uuidv7();
    const requestKey = options.idempotency?.requestKey ?? null;
    const routed = { turnId, text: dto.userMessage, requestKey };
    const { bot, routing } = await this.routing.findAnsweringBot(caller, chat, entry, routed);
    const isTraceLogEnabled = dto.isTraceLogEnabled && (await this.bots.isBotAdmin(caller, bot.id));
    const { ignoreChatHistory } = dto;
    const turnOptions = { ignoreChatHistory, isTraceLogEnabled, ...turnDefaults, ...(routing && { routing }) };
    const message = this.incomingMessage(caller, chat, bot, dto.userMessage, turnId, turnOptions, options);
    return this.turns.accept(message);
  }

  private requireTerms(caller: Principal): void {
    if (this.config.auth.requireTerms && caller.kind === 'user' && !caller.isTermsAccepted)
      throw new AppError('TERMS_NOT_ACCEPTED');
  }

  /** Messages that ask for an agent are accepted all the same, as are messages in chats that agents answer. */
  private async refuseWhenBotsAreStopped(bot: BotProfile, text: string): Promise<void> {
    if ((await this.botStop.isStopped()) && !this.handoffRules.requestsHandoff(bot, text))
      throw new AppError('BOTS_STOPPED', { retryAfterSeconds: 60 });
  }

  private incomingMessage(
    caller: Principal,
    chat: StoredChat,
    bot: BotProfile,
    text: string,
    turnId: string,
    turnOptions: TurnOptions,
    { idempotency, language }: AcceptOptions,
  ): Omit<IncomingMessage, 'mayStart'> {
    return {
      chatId: chat.id,
      chatDisplayName: chat.displayName,
      messageId: idempotency === null ? uuidv7() : stableId([idempotency.requestKey]),
      turnId,
      outputMessageId: uuidv7(),
      botId: bot.id,
      botName: bot.displayName.value,
      text,
      notice: inLanguage(bot.takeover.firstMessageNotice, language),
      requestsHandoff: this.handoffRules.requestsHandoff(bot, text),
      customer: customerOf(caller),
      userKey: usageKeyOf(caller, chat.id),
      options: turnOptions,
      requestKey: idempotency?.requestKey ?? null,
      requestHash: idempotency?.requestHash ?? null,
    };
  }
}

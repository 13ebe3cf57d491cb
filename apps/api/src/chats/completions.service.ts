import { AppConfig, AppError, callerKey, type Language, type Principal, inLanguage } from '@app/common';
import type { ErrorCode } from '@app/contracts';
import type { TurnOptions } from '@app/database';
import { Injectable, StreamableFile } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { BotStopService } from '../bots/bot-stop.service.js';
import type { BotProfile } from '../bots/bot-profile.js';
import { BotsService } from '../bots/bots.service.js';
import { ChatRoutingService } from './chat-routing.service.js';
import { ChatSettingsService } from './chat-settings.service.js';
import { ChatStreamsService } from './chat-streams.service.js';
import type { LogPosition } from './chat-follower.js';
import { mapCompletion, type ChatCompletionRequestDto, type ChatCompletionResponseDto } from './completion.dto.js';
import { ChatsRepository, type StoredChat } from './chats.repository.js';
import { ChatsService } from './chats.service.js';
import { HandOffRulesService } from './hand-off-rules.service.js';
import { OwnershipService } from './ownership.service.js';
import { stableId } from './stable-id.js';
import { TurnsService, type TakenMessage } from './turns.service.js';
import { NO_USAGE, type IncomingMessage, type TurnOutcome } from './turn.types.js';

/** How the caller wants to be answered. */
export interface CompletionOptions {
  wantsStream: boolean;
  /** Where a repeated streaming request goes on. */
  position: LogPosition | null;
  /** Hashes of the caller's Idempotency-Key and of the request. */
  idempotency: { requestKey: string; requestHash: string } | null;
  language: Language;
}

export const EVENT_STREAM = 'text/event-stream; charset=utf-8';

/** A customer says something; the answer comes whole or as a stream. */
@Injectable()
export class CompletionsService {
  constructor(
    private readonly config: AppConfig,
    private readonly chats: ChatsService,
    private readonly settings: ChatSettingsService,
    private readonly outcomes: ChatsRepository,
    private readonly bots: BotsService,
    private readonly routing: ChatRoutingService,
    private readonly botStop: BotStopService,
    private readonly handOffs: HandOffRulesService,
    private readonly ownership: OwnershipService,
    private readonly turns: TurnsService,
    private readonly streams: ChatStreamsService,
  ) {}

  /**
   * Stores the message and answers when the bot has answered, or with the turn's events as they come. Failures of the model
   * service are 502, 503 or 504; the message is stored all the same.
   */
  async createCompletion(
    caller: Principal,
    chatId: string,
    dto: ChatCompletionRequestDto,
    options: CompletionOptions,
  ): Promise<ChatCompletionResponseDto | StreamableFile> {
    const chat = await this.chats.getHeldChat(caller, chatId);
    const entry = await this.bots.getUsableBot(caller, chat.botId);
    await this.refuseWhenNotAllowed(caller, chat);
    if (dto.isAdminChat) await this.settings.markAdminChat(caller, chat);
    const turnId = uuidv7();
    const requestKey = options.idempotency?.requestKey ?? null;
    const routed = { turnId, text: dto.userMessage, requestKey };
    const { bot, routing } = await this.routing.findAnsweringBot(caller, chat, entry, routed);
    const isTraceLogEnabled = dto.isTraceLogEnabled && (await this.bots.isBotAdmin(caller, bot.id));
    const turnOptions = { ignoreChatHistory: dto.ignoreChatHistory, isTraceLogEnabled, ...(routing && { routing }) };
    const message = incomingMessage(caller, chat, bot, dto.userMessage, turnId, turnOptions, options);
    if (chat.owner === 'bot' && this.handOffs.asksForPerson(bot, dto.userMessage)) await this.requestPerson(message);
    const accepted = await this.turns.acceptMessage(message);
    return options.wantsStream
      ? this.stream(chat, bot, message, accepted, options)
      : this.complete(chat, bot, message, accepted, options.language);
  }

  /** Ends the answer that is running in the chat; what was said stays. */
  async stopCurrentTurn(caller: Principal, chatId: string): Promise<void> {
    const chat = await this.chats.getHeldChat(caller, chatId);
    if (chat.runningTurnId === null) throw new AppError('NO_RUNNING_TURN');
    await this.turns.interruptTurn(chatId, chat.runningTurnId);
  }

  /** The customer's own words ask for a person. Whoever was faster, the wish is fulfilled. */
  private async requestPerson({ chatId, customer }: IncomingMessage): Promise<void> {
    try {
      const actor = { kind: 'customer' as const, ...customer };
      await this.ownership.passBaton({ chatId, transition: 'request', reason: 'rule', actor });
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 409) throw error;
    }
  }

  private async refuseWhenNotAllowed(caller: Principal, chat: StoredChat): Promise<void> {
    if (this.config.auth.requireTerms && caller.kind === 'user' && !caller.isTermsAccepted)
      throw new AppError('TERMS_NOT_ACCEPTED');
    // Where people answer, customers go on writing.
    if (chat.owner === 'bot' && (await this.botStop.isStopped()))
      throw new AppError('BOTS_STOPPED', { retryAfterSeconds: 60 });
  }

  private async complete(
    chat: StoredChat,
    bot: BotProfile,
    message: IncomingMessage,
    accepted: TakenMessage,
    language: Language,
  ): Promise<ChatCompletionResponseDto> {
    if (accepted.kind === 'handed_over') {
      this.turns.begin(accepted, chat.id);
      return mapCompletion(handedOver(chat, bot, message), bot, language);
    }
    const { turnId, seq } = accepted.kind === 'started' ? accepted.turn : accepted;
    const endedHere = accepted.kind === 'started' ? this.turns.whenEnded(turnId) : null;
    this.turns.begin(accepted, chat.id);
    const outcome = (await endedHere) ?? (await this.waitForEnd(chat.id, turnId, seq));
    return this.toCompletion(outcome, language);
  }

  private async stream(
    chat: StoredChat,
    bot: BotProfile,
    message: IncomingMessage,
    accepted: TakenMessage,
    { position, language }: CompletionOptions,
  ): Promise<StreamableFile> {
    if (accepted.kind === 'handed_over') {
      this.turns.begin(accepted, chat.id);
      const completion = mapCompletion(handedOver(chat, bot, message), bot, language);
      return new StreamableFile(this.streams.handOver(accepted.events, completion), { type: EVENT_STREAM });
    }
    const isNew = accepted.kind === 'started';
    const { turnId, seq } = isNew ? accepted.turn : accepted;
    const from = (accepted.kind === 'attached' ? position : null) ?? { seq: seq - 1, offset: 0 };
    const endedHere = isNew ? this.turns.whenEnded(turnId) : null;
    const stream = await this.streams.followTurn({ chatId: chat.id, turnId }, from, isNew, async () => {
      const outcome = (await endedHere) ?? (await this.outcomes.findOutcome(turnId));
      return outcome === null ? {} : mapCompletion(outcome, await this.bots.getProfile(outcome.botId), language);
    });
    this.turns.begin(accepted, chat.id);
    return new StreamableFile(stream, { type: EVENT_STREAM });
  }

  private waitForEnd(chatId: string, turnId: string, seq: number): Promise<TurnOutcome> {
    return this.streams.waitForEnd(chatId, turnId, seq, () => this.outcomes.findOutcome(turnId));
  }

  private async toCompletion(outcome: TurnOutcome, language: Language): Promise<ChatCompletionResponseDto> {
    if (outcome.status === 'failed') {
      const { code, detail } = outcome.error ?? { code: 'INTERNAL', detail: undefined };
      throw new AppError(code as ErrorCode, { detail });
    }
    return mapCompletion(outcome, await this.bots.getProfile(outcome.botId), language);
  }
}

function incomingMessage(
  caller: Principal,
  chat: StoredChat,
  bot: BotProfile,
  text: string,
  turnId: string,
  turnOptions: TurnOptions,
  { idempotency, language }: CompletionOptions,
): IncomingMessage {
  return {
    chatId: chat.id,
    messageId: idempotency === null ? uuidv7() : stableId([idempotency.requestKey]),
    turnId,
    outputMessageId: uuidv7(),
    botId: bot.id,
    botName: bot.displayName.value,
    text,
    notice: inLanguage(bot.takeover.firstMessageNotice, language),
    customer:
      caller.kind === 'user' ? { id: String(caller.userId), name: caller.displayName } : { id: null, name: 'Guest' },
    userKey: callerKey(caller),
    options: turnOptions,
    requestKey: idempotency?.requestKey ?? null,
    requestHash: idempotency?.requestHash ?? null,
  };
}

/** A person holds the chat: the message is stored, nobody answers here. */
const handedOver = (chat: StoredChat, bot: BotProfile, message: IncomingMessage): TurnOutcome => ({
  turnId: message.turnId,
  chatId: chat.id,
  botId: bot.id,
  status: 'superseded',
  chatDisplayName: chat.displayName,
  userMessage: message.text,
  text: '',
  usage: NO_USAGE,
  error: null,
  trace: null,
  metaData: null,
});

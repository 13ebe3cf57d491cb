import { AppError, type Language, type Principal } from '@app/common';
import type { ErrorCode } from '@app/contracts';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { type LogPosition, OpenStreams, type TurnOutcome, TurnsService } from '../../baton/index.js';
import { BotsService } from '../../bots/index.js';
import { ChatsService } from '../chat/chats.service.js';
import {
  mapCompletion,
  MAX_MESSAGE_LENGTH,
  type ChatCompletionRequestDto,
  type ChatCompletionResponseDto,
} from './completion.dto.js';
import { CustomerMessagesService, type AcceptOptions } from './customer-messages.service.js';

/** How the caller wants the answer. */
export interface CompletionOptions extends AcceptOptions {
  wantsStream: boolean;
  /** Where a repeated streaming request resumes. */
  position: LogPosition | null;
}

/** A customer's message and its answer, whole or as a stream. */
@Injectable()
export class CompletionsService {
  constructor(
    private readonly chats: ChatsService,
    private readonly messages: CustomerMessagesService,
    private readonly bots: BotsService,
    private readonly turns: TurnsService,
    private readonly places: OpenStreams,
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
    const { wantsStream, position, language } = options;
    if (wantsStream) this.places.requireRoom();
    const turn = await this.messages.accept(caller, chatId, dto, options);
    if (!wantsStream) return this.toCompletion(await turn.answer(), language);
    const stream = await turn.stream(position, (outcome) => this.mapOutcome(outcome, language));
    return stream.asFile();
  }

  /** Stores a plain text message, and answers when the bot has answered. Fails as {@link createCompletion} does. */
  async answer(
    caller: Principal,
    chatId: string,
    text: string,
    options: AcceptOptions,
  ): Promise<ChatCompletionResponseDto> {
    const turn = await this.messages.accept(caller, chatId, plain(text), options);
    return this.toCompletion(await turn.answer(), options.language);
  }

  /**
   * Stores a plain text message and lets its turn run, for callers that follow the chat's log. When this returns the message is
   * durable; the same message again has no effect. An answer that is interrupted by the end of its instance is repeated, once.
   */
  async accept(caller: Principal, chatId: string, text: string, options: AcceptOptions): Promise<void> {
    if (text.length > MAX_MESSAGE_LENGTH)
      throw new AppError('VALIDATION_FAILED', { detail: 'The message is too long.' });
    const turn = await this.messages.accept(caller, chatId, plain(text), options, { isRepeatedWhenCut: true });
    turn.run();
  }

  /** Interrupts the chat's running turn; the text shown so far stays. */
  async stopCurrentTurn(caller: Principal, chatId: string): Promise<void> {
    const chat = await this.chats.getCustomerChat(caller, chatId);
    if (chat.runningTurnId === null) throw new AppError('NO_RUNNING_TURN');
    await this.turns.interrupt(chatId, chat.runningTurnId);
  }

  private toCompletion(outcome: TurnOutcome, language: Language): Promise<ChatCompletionResponseDto> {
    if (outcome.status === 'failed') {
      const { code, detail, retryAfterSeconds } = outcome.error ?? { code: 'INTERNAL', detail: undefined };
      throw new AppError(code as ErrorCode, { detail, retryAfterSeconds });
    }
    return this.mapOutcome(outcome, language);
  }

  private async mapOutcome(outcome: TurnOutcome, language: Language): Promise<ChatCompletionResponseDto> {
    return mapCompletion(outcome, await this.bots.getProfile(outcome.botId), language);
  }
}

const plain = (userMessage: string): ChatCompletionRequestDto => ({
  userMessage,
  ignoreChatHistory: false,
  isAdminChat: false,
  isTraceLogEnabled: false,
});

import { AppError, type Language, type Principal } from '@app/common';
import type { ErrorCode } from '@app/contracts';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { ChatStreamsService, type LogPosition, NO_USAGE, type TurnOutcome, TurnsService } from '../../baton/index.js';
import { BotsService } from '../../bots/index.js';
import { ChatsService } from '../chat/chats.service.js';
import {
  mapCompletion,
  MAX_MESSAGE_LENGTH,
  type ChatCompletionRequestDto,
  type ChatCompletionResponseDto,
} from './completion.dto.js';
import { CustomerMessagesService, type AcceptOptions, type TakenIn } from './customer-messages.service.js';

/** How the caller wants to be answered. */
export interface CompletionOptions extends AcceptOptions {
  wantsStream: boolean;
  /** Where a repeated streaming request goes on. */
  position: LogPosition | null;
}

/** A customer says something; the answer comes whole or as a stream. */
@Injectable()
export class CompletionsService {
  constructor(
    private readonly chats: ChatsService,
    private readonly messages: CustomerMessagesService,
    private readonly bots: BotsService,
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
    const taken = await this.messages.takeIn(caller, chatId, dto, options);
    return options.wantsStream ? this.stream(taken, options) : this.complete(taken, options.language);
  }

  /** Stores a message that is nothing but text, and answers when the bot has answered. Fails as {@link createCompletion} does. */
  async answer(
    caller: Principal,
    chatId: string,
    text: string,
    options: AcceptOptions,
  ): Promise<ChatCompletionResponseDto> {
    return this.complete(await this.messages.takeIn(caller, chatId, plain(text), options), options.language);
  }

  /**
   * Stores the message and lets its turn run, for callers who learn of the answer from the chat's log. When this returns the message is
   * durable; the same message again has no effect. An answer that is cut by the end of its instance is given anew, once.
   */
  async acceptMessage(caller: Principal, chatId: string, text: string, options: AcceptOptions): Promise<void> {
    if (text.length > MAX_MESSAGE_LENGTH)
      throw new AppError('VALIDATION_FAILED', { detail: 'The message is too long.' });
    const { chat, accepted } = await this.messages.takeIn(caller, chatId, plain(text), options, {
      isRepeatedWhenCut: true,
    });
    this.turns.begin(accepted, chat.id);
  }

  /** Ends the answer that is running in the chat; what was said stays. */
  async stopCurrentTurn(caller: Principal, chatId: string): Promise<void> {
    const chat = await this.chats.getHeldChat(caller, chatId);
    if (chat.runningTurnId === null) throw new AppError('NO_RUNNING_TURN');
    await this.turns.interruptTurn(chatId, chat.runningTurnId);
  }

  private async complete(taken: TakenIn, language: Language): Promise<ChatCompletionResponseDto> {
    const { chat, bot, accepted } = taken;
    if (accepted.kind === 'handed_over') {
      this.turns.begin(accepted, chat.id);
      return mapCompletion(handedOver(taken), bot, language);
    }
    const { turnId, seq } = accepted.kind === 'started' ? accepted.turn : accepted;
    const endedHere = accepted.kind === 'started' ? this.turns.whenEnded(turnId) : null;
    this.turns.begin(accepted, chat.id);
    const outcome = (await endedHere) ?? (await this.streams.waitForEnd(chat.id, turnId, seq));
    return this.toCompletion(outcome, language);
  }

  private async stream(taken: TakenIn, { position, language }: CompletionOptions): Promise<StreamableFile> {
    const { chat, bot, accepted } = taken;
    if (accepted.kind === 'handed_over') {
      this.turns.begin(accepted, chat.id);
      const completion = mapCompletion(handedOver(taken), bot, language);
      return this.streams.handOver(accepted.events, completion).asFile();
    }
    const isNew = accepted.kind === 'started';
    const { turnId, seq } = isNew ? accepted.turn : accepted;
    const from = (accepted.kind === 'attached' ? position : null) ?? { seq: seq - 1, offset: 0 };
    const endedHere = isNew ? this.turns.whenEnded(turnId) : null;
    const stream = await this.streams.followTurn({ chatId: chat.id, turnId }, from, isNew, async () => {
      const outcome = (await endedHere) ?? (await this.turns.findOutcome(turnId));
      return outcome === null ? {} : mapCompletion(outcome, await this.bots.getProfile(outcome.botId), language);
    });
    this.turns.begin(accepted, chat.id);
    return stream.asFile();
  }

  private async toCompletion(outcome: TurnOutcome, language: Language): Promise<ChatCompletionResponseDto> {
    if (outcome.status === 'failed') {
      const { code, detail } = outcome.error ?? { code: 'INTERNAL', detail: undefined };
      throw new AppError(code as ErrorCode, { detail });
    }
    return mapCompletion(outcome, await this.bots.getProfile(outcome.botId), language);
  }
}

const plain = (userMessage: string): ChatCompletionRequestDto => ({
  userMessage,
  ignoreChatHistory: false,
  isAdminChat: false,
  isTraceLogEnabled: false,
});

/** A person holds the chat: the message is stored, nobody answers here. */
const handedOver = ({ chat, bot, message }: TakenIn): TurnOutcome => ({
  // There is no turn; the message's own id is the same when the request is repeated.
  turnId: message.messageId,
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

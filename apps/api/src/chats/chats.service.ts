import { notFound, type Language, type Principal, type UserPrincipal } from '@app/common';
import { isForeignKeyViolation } from '@app/database';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import type { BotProfile } from '../bots/bot-profile.js';
import { BotsService } from '../bots/bots.service.js';
import {
  mapChat,
  mapCreatedChat,
  type ChatCreateResponseDto,
  type GetChatResponseDto,
  type GetOpenChatBotIdResponseDto,
} from './chat.dto.js';
import { ChatsRepository, type ChatHolder, type StoredChat } from './chats.repository.js';
import { TurnChunksRepository } from './turn-chunks.repository.js';

/**
 * Chats as their holders use them. A user holds the chats of the account; a chat made without an account is held by whoever knows its
 * unguessable id. Somebody else's chat does not exist.
 */
@Injectable()
export class ChatsService {
  constructor(
    private readonly bots: BotsService,
    private readonly chats: ChatsRepository,
    private readonly chunks: TurnChunksRepository,
  ) {}

  async createChat(caller: Principal, botId: string, language: Language): Promise<ChatCreateResponseDto> {
    return this.open(caller, await this.bots.getUsableBot(caller, botId), language);
  }

  async createChatByBotCode(caller: Principal, code: string, language: Language): Promise<ChatCreateResponseDto> {
    return this.open(caller, await this.bots.getUsableBotByCode(caller, code), language);
  }

  async getChat(caller: Principal, id: string, language: Language): Promise<GetChatResponseDto> {
    const chat = await this.getHeldChat(caller, id);
    const [bot, completions] = await Promise.all([this.bots.getProfile(chat.botId), this.chats.findCompletions(id)]);
    const running = completions.find(({ turnId }) => turnId === chat.runningTurnId);
    if (running?.status === 'running') running.assistantMessage = await this.chunks.findText(running.turnId, 0);
    return mapChat(chat, bot, completions, language);
  }

  async getOpenChatBotId(): Promise<GetOpenChatBotIdResponseDto> {
    const openChatBotId = await this.bots.getOpenBotId();
    const bot = openChatBotId === null ? null : await this.bots.getProfile(openChatBotId);
    return { openChatBotId, isPublic: bot?.isPublic ?? false };
  }

  /** The chat if the caller holds it, else 404. */
  async getHeldChat(caller: Principal, id: string): Promise<StoredChat> {
    const chat = await this.chats.findHeldChat(id, holderOf(caller));
    if (!chat) throw notFound('The chat');
    return chat;
  }

  /** Any chat, for services that have made sure that an agent asks. */
  async getAnyChat(id: string): Promise<StoredChat> {
    const chat = await this.chats.findChat(id);
    if (!chat) throw notFound('The chat');
    return chat;
  }

  /** A chat of the caller's own, as the lists show it; one that nobody owns is nobody's own. */
  async getOwnChat(user: UserPrincipal, id: string): Promise<StoredChat> {
    const chat = await this.getHeldChat(user, id);
    if (chat.userId !== user.userId) throw notFound('The chat');
    return chat;
  }

  private async open(caller: Principal, bot: BotProfile, language: Language): Promise<ChatCreateResponseDto> {
    const id = uuidv7();
    const userId = caller.kind === 'user' ? caller.userId : null;
    try {
      await this.chats.insertChat({ id, userId, botId: bot.id, channel: 'api' });
    } catch (error) {
      // The account was deleted a moment ago.
      if (isForeignKeyViolation(error)) throw notFound('The account');
      throw error;
    }
    return mapCreatedChat(id, bot, language);
  }
}

const holderOf = (caller: Principal): ChatHolder => (caller.kind === 'user' ? { userId: caller.userId } : 'anonymous');

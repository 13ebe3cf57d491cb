import { AppError, notFound, type Principal, type UserPrincipal } from '@app/common';
import { isForeignKeyViolation } from '@app/database';
import { Injectable } from '@nestjs/common';
import {
  BotsService,
  FeedbackService,
  type BotFeedbackRequestDto,
  type BotFeedbackResponseDto,
} from '../../bots/index.js';
import { UsersService } from '../../users/index.js';
import { ChatSettingsRepository } from './chat-settings.repository.js';
import type { StoredChat } from '../chat/chats.repository.js';
import { ChatsService } from '../chat/chats.service.js';

/** Settings that customers change in their chats, and their feedback on answers. */
@Injectable()
export class ChatSettingsService {
  constructor(
    private readonly chats: ChatsService,
    private readonly settings: ChatSettingsRepository,
    private readonly bots: BotsService,
    private readonly users: UsersService,
    private readonly feedback: FeedbackService,
  ) {}

  /** Only the customer can change this name again. */
  async updateDisplayName(caller: Principal, chatId: string, displayName: string): Promise<void> {
    await this.chats.getCustomerChat(caller, chatId);
    await this.settings.rename(chatId, displayName);
  }

  /** Sends one of the user's system messages with every later question of the chat, if the bot allows that. */
  async attachSystemMessage(user: UserPrincipal, chatId: string, messageId: string): Promise<void> {
    const chat = await this.chats.getOwnChat(user, chatId);
    await this.users.getSystemMessage(user, messageId);
    const bot = await this.bots.getProfile(chat.botId);
    if (!bot.isUserSystemMessageSupported)
      throw new AppError('CONFLICT', { detail: 'The bot does not take system messages of users.' });
    try {
      await this.settings.attachSystemMessage(chatId, messageId);
    } catch (error) {
      if (isForeignKeyViolation(error)) throw notFound('The system message');
      throw error;
    }
  }

  async detachSystemMessage(user: UserPrincipal, chatId: string): Promise<void> {
    await this.chats.getOwnChat(user, chatId);
    await this.settings.attachSystemMessage(chatId, null);
  }

  async createFeedback(caller: Principal, chatId: string, dto: BotFeedbackRequestDto): Promise<BotFeedbackResponseDto> {
    const chat = await this.chats.getCustomerChat(caller, chatId);
    return this.feedback.createFeedback(chatId, chat.botId, dto);
  }

  async setFavorite({ userId }: UserPrincipal, chatId: string, isFavorite: boolean): Promise<void> {
    if (!(await this.settings.setFavorite(userId, chatId, isFavorite))) throw notFound('The chat');
  }

  /** Changes the bot of a chat without messages. The caller has checked the access to both. */
  async changeBot(chatId: string, botId: string): Promise<void> {
    await this.settings.changeBot(chatId, botId);
  }

  /** Keeps a chat made in administration out of the user's history. Ignored unless the caller is an administrator of the bot. */
  async markAdminChat(caller: Principal, chat: StoredChat): Promise<void> {
    if (!(await this.bots.isBotAdmin(caller, chat.botId))) return;
    await this.settings.markAdminChat(chat.id, chat.userId);
  }
}

import {
  isAdmin,
  listOptions,
  notFound,
  pagingResult,
  type Language,
  type PagingQuery,
  type Principal,
  type UserPrincipal,
} from '@app/common';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import type { BotProfile } from '../bots/bot-profile.js';
import { BotsService } from '../bots/bots.service.js';
import {
  mapChat,
  mapChatSummary,
  mapCreatedChat,
  type ChatCreateResponseDto,
  type GetChatResponseDto,
  type GetChatsResponseItemDtoPagingResult,
  type GetOpenChatBotIdResponseDto,
} from './chat.dto.js';
import {
  CHAT_ORDER_FIELDS,
  ChatsRepository,
  type ChatFilter,
  type ChatHolder,
  type StoredChat,
} from './chats.repository.js';
import { TurnChunksRepository } from './turn-chunks.repository.js';
import { TurnsService } from './turns.service.js';

/**
 * Chats as their holders use them. A user holds the chats of the account; a chat made without an account is held by whoever knows its
 * unguessable id. Somebody else's chat does not exist.
 */
@Injectable()
export class ChatsService {
  constructor(
    private readonly bots: BotsService,
    private readonly chats: ChatsRepository,
    private readonly turns: TurnsService,
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

  /** Ends the running answer first, so that what it cost is on record. */
  async deleteChat(caller: Principal, id: string): Promise<void> {
    const chat = await this.getHeldChat(caller, id);
    if (chat.runningTurnId !== null) await this.turns.interruptTurn(chat.id, chat.runningTurnId);
    await this.chats.deleteChat(id);
  }

  async getOpenChatBotId(): Promise<GetOpenChatBotIdResponseDto> {
    const openChatBotId = await this.bots.getOpenBotId();
    const bot = openChatBotId === null ? null : await this.bots.getProfile(openChatBotId);
    return { openChatBotId, isPublic: bot?.isPublic ?? false };
  }

  async getUserChats(
    user: UserPrincipal,
    filter: ChatFilter,
    query: PagingQuery,
    language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    const options = listOptions(query, CHAT_ORDER_FIELDS, { field: 'lastAccessedUtc', direction: 'DESC' });
    const [chats, total] = await this.chats.findUserChats(user.userId, filter, options);
    return pagingResult(
      query,
      chats.map((chat) => mapChatSummary(chat, language)),
      total,
    );
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

  /** Keeps a chat made in administration out of the user's history. Only administrators are heard. */
  async markAdminChat(caller: Principal, id: string): Promise<void> {
    if (isAdmin(caller)) await this.chats.markAdminChat(id);
  }

  private async open(caller: Principal, bot: BotProfile, language: Language): Promise<ChatCreateResponseDto> {
    const id = uuidv7();
    await this.chats.insertChat({
      id,
      userId: caller.kind === 'user' ? caller.userId : null,
      botId: bot.id,
      channel: 'api',
    });
    return mapCreatedChat(id, bot, language);
  }
}

const holderOf = (caller: Principal): ChatHolder => (caller.kind === 'user' ? { userId: caller.userId } : 'anonymous');

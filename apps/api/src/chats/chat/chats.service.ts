import {
  isAgent,
  notFound,
  type Language,
  type Principal,
  type UserPrincipal,
  type VisitorPrincipal,
} from '@app/common';
import { isForeignKeyViolation } from '@app/database';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { ChatLogService, TurnsService } from '../../baton/index.js';
import { type BotProfile, BotsService } from '../../bots/index.js';
import {
  mapChat,
  mapCreatedChat,
  type ChatCreateResponseDto,
  type GetChatResponseDto,
  type GetOpenChatBotIdResponseDto,
} from './chat.dto.js';
import { ChatLooks } from '../looks/chat-looks.js';
import { AddressedChatsRepository } from './addressed-chats.repository.js';
import {
  ChatsRepository,
  type ChatChannel,
  type ChatCustomer,
  type NewChat,
  type StoredChat,
} from './chats.repository.js';

/**
 * Chats as their customers use them. A user has the chats of the account, a visitor those created with the visitor's token; every other
 * chat is open to callers who know its unguessable id. The chat of another customer is answered like a missing one.
 */
@Injectable()
export class ChatsService {
  constructor(
    private readonly bots: BotsService,
    private readonly chats: ChatsRepository,
    private readonly addressed: AddressedChatsRepository,
    private readonly turns: TurnsService,
    private readonly log: ChatLogService,
    private readonly looks: ChatLooks,
  ) {}

  async createChat(caller: Principal, botId: string, language: Language): Promise<ChatCreateResponseDto> {
    return this.createWith(caller, await this.bots.getUsableBot(caller, botId), language);
  }

  async createChatByBotCode(caller: Principal, code: string, language: Language): Promise<ChatCreateResponseDto> {
    return this.createWith(caller, await this.bots.getUsableBotByCode(caller, code), language);
  }

  /** Creates a chat for a channel and returns its id. */
  async openChat(caller: Principal, botId: string, channel: ChatChannel): Promise<string> {
    const bot = await this.bots.getUsableBot(caller, botId);
    const chat = newChat(caller, bot.id, channel);
    await this.insert(chat);
    this.log.notifyCreated(chat.id);
    return chat.id;
  }

  /** The visitor's one open chat with the bot on this channel; created if there is none. */
  async openAddressedChat(visitor: VisitorPrincipal, channel: ChatChannel): Promise<string> {
    const bot = await this.bots.getUsableBot(visitor, visitor.botId);
    return this.addressed.findOrInsert(newChat(visitor, bot.id, channel));
  }

  async getChat(caller: Principal, id: string, language: Language): Promise<GetChatResponseDto> {
    const chat = await this.getCustomerChat(caller, id);
    const [bot, completions] = await Promise.all([this.bots.getProfile(chat.botId), this.chats.findCompletions(id)]);
    const running = completions.find(({ turnId }) => turnId === chat.runningTurnId);
    if (running?.status === 'running') running.assistantMessage = await this.turns.findShownText(running.turnId);
    return mapChat(chat, bot, completions, language);
  }

  async getOpenChatBotId(): Promise<GetOpenChatBotIdResponseDto> {
    const openChatBotId = await this.bots.getOpenBotId();
    const bot = openChatBotId === null ? null : await this.bots.getProfile(openChatBotId);
    return { openChatBotId, isPublic: bot?.isPublic ?? false };
  }

  /** The chat if the caller is its customer, else 404. */
  async getCustomerChat(caller: Principal, id: string): Promise<StoredChat> {
    const chat = await this.chats.findCustomerChat(id, chatCustomerOf(caller));
    if (!chat) throw notFound('The chat');
    return chat;
  }

  /** Any chat, for services that have checked that the caller is an agent. */
  async getAnyChat(id: string): Promise<StoredChat> {
    const chat = await this.chats.findChat(id);
    if (!chat) throw notFound('The chat');
    return chat;
  }

  /** The chat if the caller is its customer or an agent, else 404. */
  async getReadableChat(caller: Principal, id: string): Promise<StoredChat> {
    if (!isAgent(caller)) return this.getCustomerChat(caller, id);
    const chat = await this.getAnyChat(id);
    const isOwn = caller.kind === 'user' && caller.userId === chat.userId;
    if (!isOwn) await this.looks.note(caller, id);
    return chat;
  }

  /** A chat of the user's account, as the lists show it; a chat without an account is not found. */
  async getOwnChat(user: UserPrincipal, id: string): Promise<StoredChat> {
    const chat = await this.getCustomerChat(user, id);
    if (chat.userId !== user.userId) throw notFound('The chat');
    return chat;
  }

  private async createWith(caller: Principal, bot: BotProfile, language: Language): Promise<ChatCreateResponseDto> {
    const chat = newChat(caller, bot.id, caller.kind === 'visitor' ? 'widget' : 'api');
    await this.insert(chat);
    return mapCreatedChat(chat.id, bot, language);
  }

  private async insert(chat: NewChat): Promise<void> {
    try {
      await this.chats.insertChat(chat);
    } catch (error) {
      // The account was deleted meanwhile.
      if (isForeignKeyViolation(error)) throw notFound('The account');
      throw error;
    }
  }
}

const newChat = (caller: Principal, botId: string, channel: ChatChannel): NewChat => ({
  id: uuidv7(),
  userId: caller.kind === 'user' ? caller.userId : null,
  visitorId: caller.kind === 'visitor' ? caller.visitorId : null,
  botId,
  channel,
});

function chatCustomerOf(caller: Principal): ChatCustomer {
  if (caller.kind === 'user') return { userId: caller.userId };
  return caller.kind === 'visitor' ? { visitorId: caller.visitorId } : 'anonymous';
}

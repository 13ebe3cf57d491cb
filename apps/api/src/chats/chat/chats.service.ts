import { notFound, type Language, type Principal, type UserPrincipal, type VisitorPrincipal } from '@app/common';
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
import { AddressedChatsRepository } from './addressed-chats.repository.js';
import {
  ChatsRepository,
  type ChatChannel,
  type ChatCustomer,
  type NewChat,
  type StoredChat,
} from './chats.repository.js';

/**
 * Chats as their holders use them. A user holds the chats of the account, a visitor those begun as that visitor; any other chat is held
 * by whoever knows its unguessable id. Somebody else's chat does not exist.
 */
@Injectable()
export class ChatsService {
  constructor(
    private readonly bots: BotsService,
    private readonly chats: ChatsRepository,
    private readonly addressed: AddressedChatsRepository,
    private readonly turns: TurnsService,
    private readonly log: ChatLogService,
  ) {}

  async createChat(caller: Principal, botId: string, language: Language): Promise<ChatCreateResponseDto> {
    return this.createWith(caller, await this.bots.getUsableBot(caller, botId), language);
  }

  async createChatByBotCode(caller: Principal, code: string, language: Language): Promise<ChatCreateResponseDto> {
    return this.createWith(caller, await this.bots.getUsableBotByCode(caller, code), language);
  }

  /** Begins a chat for a channel and returns its id. */
  async openChat(caller: Principal, botId: string, channel: ChatChannel): Promise<string> {
    const bot = await this.bots.getUsableBot(caller, botId);
    const chat = newChat(caller, bot.id, channel);
    await this.insert(chat);
    this.log.begin(chat.id);
    return chat.id;
  }

  /** The one chat that the visitor has with the bot on this channel; a new one after the last was closed. */
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

  /** The chat if the caller holds it, else 404. */
  async getCustomerChat(caller: Principal, id: string): Promise<StoredChat> {
    const chat = await this.chats.findCustomerChat(id, chatCustomerOf(caller));
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
      // The account was deleted a moment ago.
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

import { hasCode } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ChatLogService, SystemMessagesService, TurnPromptService } from '../../../baton/index.js';
import { ChannelChatsService, ChatsService, type ChatFileDto } from '../../../chats/index.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp-settings.service.js';

/** Events between two messages to the customer: notes on what came meanwhile. */
const LOOKED_BACK = 200;

/** What becomes of messages without words: a picture, a voice message. */
@Injectable()
export class WordlessMessages {
  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly chats: ChatsService,
    private readonly channelChats: ChannelChatsService,
    private readonly log: ChatLogService,
    private readonly prompts: TurnPromptService,
    private readonly systemMessages: SystemMessagesService,
  ) {}

  /** What stands for such a message in the chat. Null when a bot answers there whose model gets none of its files. */
  async wordsFor(chatId: string, kinds: readonly string[], files: readonly ChatFileDto[]): Promise<string | null> {
    const { owner, botId } = await this.chats.getAnyChat(chatId);
    const isAccepted = owner !== 'bot' || (await this.isAnyRead(botId, files));
    return isAccepted ? `[${kinds.join(', ')}]` : null;
  }

  /** Says that only text can be read: once for everything that comes in a row. */
  async decline(chatId: string, externalId: string): Promise<void> {
    const { unsupportedText: text } = this.settings.get();
    if ((await this.findLastWords(chatId)) === text) return;
    const occasion = `${CHANNEL}:${externalId}`;
    await this.systemMessages.send({ chatId, text, audience: 'everyone', occasion, expectedEpoch: null });
  }

  notifyAgents(chatId: string, externalId: string, text: string): Promise<void> {
    const occasion = `${CHANNEL}:${externalId}:note`;
    return this.systemMessages.send({ chatId, text, audience: 'agents', occasion, expectedEpoch: null });
  }

  private async isAnyRead(botId: string, files: readonly ChatFileDto[]): Promise<boolean> {
    try {
      for (const { contentType, size } of files) if (await this.prompts.isRead(botId, contentType, size)) return true;
      return false;
    } catch (error) {
      // The turn says so.
      if (hasCode(error, 'BOT_NOT_READY')) return true;
      throw error;
    }
  }

  private async findLastWords(chatId: string): Promise<string | null> {
    const chat = await this.channelChats.findChat(CHANNEL, chatId);
    if (chat === null) return null;
    const events = await this.log.readPublicEvents(chatId, Math.max(0, chat.lastSeq - LOOKED_BACK), chat.lastSeq);
    const last = events.findLast(({ type }) => type === 'message.created' || type === 'message.completed');
    return last !== undefined && 'text' in last.data ? last.data.text : null;
  }
}

import { Injectable } from '@nestjs/common';
import type { BotProfile } from '../../bots/index.js';
import { HandoffRulesRepository } from './handoff-rules.repository.js';

/**
 * When a chat is handed off to the agents automatically. The bot and its failures can request a handoff once per chat: after a release
 * to the bot only the customer can request another, so that chats do not alternate between bot and queue.
 */
@Injectable()
export class HandoffRulesService {
  constructor(private readonly repository: HandoffRulesRepository) {}

  /** Whether the bot may request a handoff in its next answer. */
  async isOfferedToBot(bot: BotProfile, chatId: string): Promise<boolean> {
    return bot.takeover.isOfferedToBot && this.isFirstTime(chatId);
  }

  /** Whether the failure of the current turn leads to a handoff. */
  async isDueAfterFailure(bot: BotProfile, chatId: string): Promise<boolean> {
    const limit = bot.takeover.failedTurns;
    if (limit === null) return false;
    const before = await this.repository.countLatestFailures(chatId, limit);
    return before + 1 >= limit && this.isFirstTime(chatId);
  }

  /** Whether the customer's text asks for an agent: by whole words, ignoring case and accents. */
  requestsHandoff(bot: BotProfile, text: string): boolean {
    const words = ` ${fold(text)} `;
    return bot.takeover.keywords.some((keyword) => keyword.trim() !== '' && words.includes(` ${fold(keyword)} `));
  }

  private async isFirstTime(chatId: string): Promise<boolean> {
    const reason = await this.repository.findLastRequest(chatId);
    return reason !== 'bot_tool' && reason !== 'error';
  }
}

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

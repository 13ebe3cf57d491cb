import { Injectable } from '@nestjs/common';
import type { BotProfile } from '../../bots/index.js';
import { HandOffRulesRepository } from './handoff-rules.repository.js';

/**
 * When a chat goes in line for a person without an agent's doing. What happens by itself (the bot's own wish, failures) happens once:
 * after a return to the bot only a wish of the customer brings a person again, so that chats do not wander to and fro.
 */
@Injectable()
export class HandOffRulesService {
  constructor(private readonly repository: HandOffRulesRepository) {}

  /** Whether the bot may ask for a person in its next answer. */
  async isOfferedToBot(bot: BotProfile, chatId: string): Promise<boolean> {
    return bot.takeover.isOfferedToBot && this.isFirstTime(chatId);
  }

  /** Whether the answer that is failing now is one too many. */
  async isDueAfterFailure(bot: BotProfile, chatId: string): Promise<boolean> {
    const limit = bot.takeover.failedTurns;
    if (limit === null) return false;
    const before = await this.repository.countLatestFailures(chatId, limit);
    return before + 1 >= limit && this.isFirstTime(chatId);
  }

  /** Whether the customer's words ask for a person. Whole words, without regard to case and accents. */
  asksForPerson(bot: BotProfile, text: string): boolean {
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

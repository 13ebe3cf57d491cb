import { AppConfig } from '@app/common';
import { countTokens, type ProviderItem, type ProviderRequest } from '@app/openai';
import { Injectable } from '@nestjs/common';
import type { BotProfile } from '../bots/bot-profile.js';
import { BotsService } from '../bots/bots.service.js';
import { HandOffRulesService } from './hand-off-rules.service.js';
import { contextOf } from './turn-context.js';
import { TurnHistoryRepository, type PastMessage } from './turn-history.repository.js';
import { HAND_TO_HUMAN } from './turn-tools.service.js';
import type { StartedTurn } from './turn.types.js';

export interface Prompt {
  bot: BotProfile;
  request: ProviderRequest;
  serviceId: string;
  /** What was sent, in parts, for the trace; no secrets. */
  trace: Record<string, unknown>;
}

/** Builds what the model is sent: the bot's instructions and as much of our own history as the budget holds. */
@Injectable()
export class TurnPromptService {
  constructor(
    private readonly config: AppConfig,
    private readonly bots: BotsService,
    private readonly handOffs: HandOffRulesService,
    private readonly history: TurnHistoryRepository,
  ) {}

  /** Throws `BOT_NOT_READY` when the bot has no usable service or model. */
  async buildPrompt(turn: StartedTurn): Promise<Prompt> {
    const bot = await this.bots.getProfile(turn.botId);
    const [{ connection, model, serviceId }, userSystemMessage, past, mayHandOff] = await Promise.all([
      this.bots.getTarget(bot),
      bot.isUserSystemMessageSupported ? this.history.findUserSystemMessage(turn.chatId) : null,
      turn.seq === 1 || turn.options.ignoreChatHistory ? [] : this.history.findHistory(turn.chatId, turn.seq),
      this.handOffs.isOfferedToBot(bot, turn.chatId),
    ]);

    const instructions = instructionsOf(bot, userSystemMessage);
    const kept = this.fitIntoBudget(instructions, turn.inputText, past, model);
    const items = [...contextOf(kept), { type: 'message', role: 'user', text: turn.inputText } satisfies ProviderItem];
    const tools = mayHandOff && connection.capabilities.tools ? [HAND_TO_HUMAN] : [];
    const { temperature, maxOutputTokens } = bot.parameters;
    return {
      bot,
      request: { connection, model, instructions, items, tools, temperature, maxOutputTokens },
      serviceId,
      trace: {
        bot: { id: bot.id, code: bot.code },
        model,
        dialect: connection.dialect,
        instructions,
        facts: bot.facts.length,
        userSystemMessage: userSystemMessage !== null,
        history: { available: past.length, sent: kept.length },
        items,
      },
    };
  }

  /** Keeps the newest messages that fit. The instructions and the customer's message are always sent. */
  private fitIntoBudget(instructions: string, input: string, past: PastMessage[], model: string): PastMessage[] {
    const budget = this.config.turns.contextTokenBudget;
    const all = [instructions, input, ...past.map(({ text }) => text)];
    // A token is at least one byte: what fits in bytes fits in tokens, and needs no counting.
    if (all.reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= budget) return past;
    let left = budget - countTokens(instructions, model) - countTokens(input, model);
    const firstKept = past.findLastIndex(({ text }) => {
      left -= countTokens(text, model);
      return left < 0;
    });
    return past.slice(firstKept + 1);
  }
}

/** Estimated tokens of what was sent. */
export const countPromptTokens = ({ instructions, items, model }: ProviderRequest): number =>
  countTokens(instructions, model) +
  items.reduce((sum, item) => sum + (item.type === 'message' ? countTokens(item.text, model) : 0), 0);

function instructionsOf(bot: BotProfile, userSystemMessage: string | null): string {
  const facts = bot.facts.length === 0 ? '' : `Facts:\n${bot.facts.map((fact) => `- ${fact}`).join('\n')}`;
  return [bot.baseSystemMessage, facts, userSystemMessage ?? ''].filter((part) => part !== '').join('\n\n');
}

import { AppConfig } from '@app/common';
import {
  attachmentTokens,
  takesAttachments,
  type ProviderItem,
  type ProviderRequest,
  type ProviderTool,
} from '@app/openai';
import type { TurnSource } from '@app/database';
import { Injectable } from '@nestjs/common';
import {
  type BotProfile,
  BotToolsService,
  type CallableTool,
  BotsService,
  RequestParametersService,
} from '../../../bots/index.js';
import type { ModelTarget } from '../../../models/index.js';
import { HandoffRulesService } from '../../handoff/handoff-rules.service.js';
import { ChatSourcesRepository } from './chat-sources.repository.js';
import { fittingSources, isSource, sourcesText } from './turn-sources.js';
import { contextOf, openWhispers } from './turn-context.js';
import { shownOf, withAttachments } from './turn-attachments.js';
import { windowOf } from './history-window.js';
import { TurnHistoryRepository, type PastMessage } from './turn-history.repository.js';
import { HAND_TO_HUMAN } from '../tools/turn-tools.service.js';
import type { StartedTurn } from '../turn.types.js';

export interface Prompt {
  /** As the first of the targets gets it. */
  request: ProviderRequest;
  /** Where the answer can come from, in order. */
  targets: readonly ModelTarget[];
  /** Where the history begins for later turns as well; null when this turn has not shortened it. */
  contextFrom: number | null;
  /** The chat's files that the model receives. */
  sources: TurnSource[];
  /** The parts of the request for the trace; no secrets. */
  trace: Record<string, unknown>;
}

/** A customer's message with its place in the chat. */
export type Question = Pick<StartedTurn, 'chatId' | 'botId' | 'seq' | 'inputText' | 'options' | 'userKey'>;

/** Builds the request to the model: the bot's instructions and as much of the chat's history as the budget allows. */
@Injectable()
export class TurnPromptService {
  constructor(
    private readonly config: AppConfig,
    private readonly bots: BotsService,
    private readonly botTools: BotToolsService,
    private readonly parameters: RequestParametersService,
    private readonly handoffRules: HandoffRulesService,
    private readonly history: TurnHistoryRepository,
    private readonly files: ChatSourcesRepository,
  ) {}

  /** Throws `BOT_NOT_READY` when the bot has no usable service or model. */
  async buildPrompt(turn: Question): Promise<Prompt> {
    const bot = await this.bots.getProfile(turn.botId);
    const [{ targets, unusable }, userSystemMessage, earlier, isHandoffOffered, botTools, files] = await Promise.all([
      this.bots.getTargets(bot),
      bot.isUserSystemMessageSupported ? this.history.findUserSystemMessage(turn.chatId) : null,
      this.findPast(turn),
      this.handoffRules.isOfferedToBot(bot, turn.chatId),
      this.botTools.getCallable(bot.id),
      this.files.findSources(turn.chatId),
    ]);

    const [{ connection, model }] = targets;
    const instructions = instructionsOf(bot, userSystemMessage);
    const budget = this.config.turns.contextTokenBudget;
    const { past, question } = withAttachments(earlier, turn.inputText, files.attached);
    const sources = fittingSources(files.texts, Math.floor(budget / 2), model);
    const given = sourcesText(sources);
    const always = [instructions, given, question.text];
    const attached = attachmentTokens(question.attachments);
    const { kept, startsAt } = windowOf(past, always, budget - attached, model, turn.seq);
    const items = [
      ...(given === '' ? [] : [userItem(given)]),
      ...contextOf(kept),
      { ...userItem(question.text), ...question },
    ];
    const offered = [...(isHandoffOffered ? [HAND_TO_HUMAN] : []), ...botTools.map(functionOf)];
    return {
      request: { connection, model, instructions, items, tools: offered, ...this.parameters.of(bot, turn.userKey) },
      targets,
      contextFrom: startsAt,
      sources: sources.map(({ id, path }) => ({ id, path })),
      trace: {
        bot: { id: bot.id, code: bot.code },
        model,
        dialect: connection.dialect,
        instructions,
        facts: bot.facts.length,
        userSystemMessage: userSystemMessage !== null,
        files: { available: files.texts.length + files.attached.length, sent: sources.map(({ path }) => path) },
        history: { available: past.length, sent: kept.length },
        tools: offered.map(({ name }) => name),
        ...(unusable.length > 0 && { unusableServices: unusable }),
        ...(turn.options.routing && { routing: turn.options.routing }),
        items: items.map(shownItem),
      },
    };
  }

  /** Whether the bot's model gets such a file. Throws `BOT_NOT_READY` when the bot has none. */
  async isRead(botId: string, contentType: string, size: number): Promise<boolean> {
    const file = { content_type: contentType, size };
    if (isSource(file)) return true;
    const kind = shownOf([file]).get(file);
    if (kind === undefined) return false;
    const { targets } = await this.bots.getTargets(await this.bots.getProfile(botId));
    return takesAttachments(targets[0].connection, kind);
  }

  /** Open whispers apply also when the customer asks for an answer without history. */
  private async findPast({ chatId, seq, options }: Question): Promise<PastMessage[]> {
    if (seq === 1) return [];
    const past = await this.history.findHistory(chatId, seq);
    return options.ignoreChatHistory ? openWhispers(past) : past;
  }
}

const functionOf = ({ name, description, parameters }: CallableTool): ProviderTool => ({
  name,
  description,
  parameters,
});

/** Thoughts that were kept are encrypted: the trace says that they are there. */
function shownItem(item: ProviderItem): unknown {
  if (item.type === 'carried') return { type: 'carried', kept: item.value['type'] ?? null };
  if (item.type !== 'message' || !item.attachments) return item;
  return { ...item, attachments: item.attachments.map(({ name }) => name) };
}

const userItem = (text: string): ProviderItem => ({ type: 'message', role: 'user', text });

function instructionsOf(bot: BotProfile, userSystemMessage: string | null): string {
  const facts = bot.facts.length === 0 ? '' : `Facts:\n${bot.facts.map((fact) => `- ${fact}`).join('\n')}`;
  const onlyFacts =
    bot.implementationType === 'FactBot'
      ? 'Answer from these facts alone. Say so when they do not hold the answer.'
      : '';
  return [bot.baseSystemMessage, facts, onlyFacts, userSystemMessage ?? ''].filter((part) => part !== '').join('\n\n');
}

import type { Principal } from '@app/common';
import { USAGE_TYPE, type TurnOptions } from '@app/database';
import { Injectable } from '@nestjs/common';
import { TurnsService } from '../../baton/index.js';
import { type BotProfile, BotSearchService, BotsService } from '../../bots/index.js';
import { UsageLedger } from '../../statistics/index.js';
import type { StoredChat } from '../chat/chats.repository.js';
import { usageKeyOf } from './usage-key.js';

export interface RoutedMessage {
  turnId: string;
  text: string;
  requestKey: string | null;
}

export interface AnsweringBot {
  bot: BotProfile;
  routing?: TurnOptions['routing'];
}

/** Who answers in a chat: its bot, or, when that is a start bot, the member that the message is for. */
@Injectable()
export class ChatRoutingService {
  constructor(
    private readonly bots: BotsService,
    private readonly search: BotSearchService,
    private readonly turns: TurnsService,
    private readonly ledger: UsageLedger,
  ) {}

  /** What asking a model costs is on record, whatever becomes of the message. */
  async findAnsweringBot(
    caller: Principal,
    chat: StoredChat,
    bot: BotProfile,
    message: RoutedMessage,
  ): Promise<AnsweringBot> {
    // A person answers, or nobody.
    if (!bot.isStartBot || chat.owner !== 'bot') return { bot };
    const before = message.requestKey === null ? null : await this.turns.findBotOfRequest(message.requestKey);
    if (before !== null) return { bot: await this.bots.getProfile(before) };
    const route = await this.search.route(bot, caller, message.text);
    if (route.usage !== undefined) {
      const { serviceId, model, usage } = route.usage;
      await this.ledger.charge({
        turnId: message.turnId,
        botId: bot.id,
        userKey: usageKeyOf(caller, chat.id),
        serviceId,
        model,
        usageType: USAGE_TYPE.routing,
        usage: { ...usage, isEstimated: false },
      });
    }
    return { bot: await this.bots.getProfile(route.botId), routing: { startBotId: bot.id, how: route.how } };
  }
}

import type { Principal } from '@app/common';
import type { TurnOptions } from '@app/database';
import { Injectable } from '@nestjs/common';
import { TurnsService } from '../../baton/index.js';
import { type BotProfile, BotSearchService, BotsService } from '../../bots/index.js';
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

/** Which bot answers in a chat: the chat's own, or, when that is a start bot, the member that the message is routed to. */
@Injectable()
export class ChatRoutingService {
  constructor(
    private readonly bots: BotsService,
    private readonly search: BotSearchService,
    private readonly turns: TurnsService,
  ) {}

  /** The usage of routing is charged even if the message is rejected afterwards. */
  async findAnsweringBot(
    caller: Principal,
    chat: StoredChat,
    bot: BotProfile,
    message: RoutedMessage,
  ): Promise<AnsweringBot> {
    // No bot answers in a chat that waits for an agent, is claimed or is closed.
    if (!bot.isStartBot || chat.owner !== 'bot') return { bot };
    const before = message.requestKey === null ? null : await this.turns.findBotOfRequest(message.requestKey);
    if (before !== null) return { bot: await this.bots.getProfile(before) };
    const charge = { turnId: message.turnId, userKey: usageKeyOf(caller, chat.id), channel: chat.channel };
    const route = await this.search.route(bot, caller, message.text, charge);
    return { bot: await this.bots.getProfile(route.botId), routing: { startBotId: bot.id, how: route.how } };
  }
}

import type { Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotAccessService } from './bot-access.service.js';
import { BotSettingsRepository } from './bot-settings.repository.js';
import { BotsService } from './bots.service.js';

/** What other features let a bot's administrators settle for each bot: named parts of its configuration, replaced as a whole. */
@Injectable()
export class BotSettingsService {
  constructor(
    private readonly access: BotAccessService,
    private readonly bots: BotsService,
    private readonly settings: BotSettingsRepository,
  ) {}

  /** 404 for who may not even contribute to the bot, 403 for who may no more than that. */
  async requireBotAdmin(caller: Principal, botId: string): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
  }

  async replacePart(caller: Principal, botId: string, name: 'takeover' | 'widget', part: object): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
    await this.settings.replacePart(botId, name, part);
    await this.bots.changed(botId);
  }
}

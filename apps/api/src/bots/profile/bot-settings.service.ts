import type { Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotAccessService } from './bot-access.service.js';
import { BotSettingsRepository } from './bot-settings.repository.js';
import { BotsService } from './bots.service.js';

/** Settings of a bot that belong to other features: named parts of its configuration, each replaced as a whole. */
@Injectable()
export class BotSettingsService {
  constructor(
    private readonly access: BotAccessService,
    private readonly bots: BotsService,
    private readonly settings: BotSettingsRepository,
  ) {}

  /** 404 for callers who may not contribute to the bot, 403 for contributors. */
  async requireBotAdmin(caller: Principal, botId: string): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
  }

  async replacePart(caller: Principal, botId: string, name: 'takeover' | 'widget', part: object): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
    await this.settings.replacePart(botId, name, part);
    await this.bots.changed(botId);
  }
}

import type { Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotSettingsService } from '../../bots/index.js';
import type { WidgetSettingsDto } from './widget-settings.dto.js';
import { WidgetSettingsRepository } from './widget-settings.repository.js';
import type { WidgetSettings } from './widget-settings.js';

/** How each bot's embedded page looks. Only administrators of the bot may look at it as a whole, or change it. */
@Injectable()
export class WidgetSettingsService {
  constructor(
    private readonly bots: BotSettingsService,
    private readonly settings: WidgetSettingsRepository,
  ) {}

  async getWidgetSettings(caller: Principal, botId: string): Promise<WidgetSettings> {
    await this.bots.requireBotAdmin(caller, botId);
    return (await this.settings.find(botId)).settings;
  }

  async updateWidgetSettings(caller: Principal, botId: string, dto: WidgetSettingsDto): Promise<void> {
    await this.bots.replacePart(caller, botId, 'widget', settingsOf(dto));
  }
}

const settingsOf = (dto: WidgetSettingsDto): WidgetSettings => ({
  titleTv: dto.titleTv ?? { value: '', valueDe: '' },
  colour: dto.colour.toLowerCase(),
  greetingTv: dto.greetingTv,
  avatar: dto.avatar,
  allowedOrigins: [...new Set(dto.allowedOrigins)],
  position: dto.position,
  launcherTextTv: dto.launcherTextTv,
});

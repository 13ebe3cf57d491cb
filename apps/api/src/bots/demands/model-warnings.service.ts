import type { Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ShutdownRadarService } from '../../models/index.js';
import { BotAccessService } from '../profile/bot-access.service.js';
import { BotsService } from '../profile/bots.service.js';
import type { ModelWarningsDto } from './model-warnings.dto.js';

/** What speaks against the models of a bot, those of its fallbacks too, but does not keep the bot from being saved. */
@Injectable()
export class ModelWarningsService {
  constructor(
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
    private readonly radar: ShutdownRadarService,
  ) {}

  async get(caller: Principal, botId: string): Promise<ModelWarningsDto> {
    const { openAiServiceId, modelName } = await this.access.requireBotAdmin(caller, botId);
    const { fallbacks } = await this.profiles.getProfile(botId);
    const further = fallbacks.map(({ serviceId, modelName: model }) => ({
      openAiServiceId: serviceId,
      modelName: model,
    }));
    const warnings = await this.radar.warningsOf([{ openAiServiceId, modelName }, ...further]);
    return { warnings: warnings.flat() };
  }
}

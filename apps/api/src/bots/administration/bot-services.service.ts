import { AppError, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ModelTargetsService, OpenAiServicesService } from '../../models/index.js';
import { BotAccessService } from '../profile/bot-access.service.js';
import { BotFallbacksRepository, type Fallback } from '../profile/bot-fallbacks.repository.js';
import type { AdminUpdateBotRequestDto } from './bot-request.dto.js';
import { mapBotService, type BotServicesDto } from './bot-services.dto.js';

/** The services that bots answer through: their own, and those that stand in for it. */
@Injectable()
export class BotServicesService {
  constructor(
    private readonly access: BotAccessService,
    private readonly services: OpenAiServicesService,
    private readonly targets: ModelTargetsService,
    private readonly fallbacks: BotFallbacksRepository,
  ) {}

  async list(caller: Principal, botId: string): Promise<BotServicesDto> {
    const { openAiServiceId: serviceId, modelName } = await this.access.requireContributor(caller, botId);
    const choices = [{ serviceId, modelName }, ...(await this.fallbacks.listOf(botId))];
    return { services: (await this.targets.describe(choices)).map(mapBotService) };
  }

  /**
   * The fallbacks that a request names; undefined when it says nothing of them. Throws VALIDATION_FAILED for a service that is unknown or
   * named twice, also when the bot's own becomes one of its fallbacks.
   */
  async fallbacksOf(
    { fallbackServices }: Pick<AdminUpdateBotRequestDto, 'fallbackServices'>,
    ownServiceId: string | null,
    botId?: string,
  ): Promise<Fallback[] | undefined> {
    const named = fallbackServices?.map(({ openAiServiceId, modelName }) => ({
      serviceId: openAiServiceId.trim(),
      modelName: modelName?.trim() || null,
    }));
    const kept = fallbackServices === undefined && botId !== undefined ? await this.fallbacks.listOf(botId) : [];
    const ids = [ownServiceId, ...(named ?? kept).map(({ serviceId }) => serviceId)].filter((id) => id !== null);
    if (new Set(ids).size < ids.length) throw invalid("must not name the same service twice, nor the bot's own");
    const known = await Promise.all((named ?? []).map(({ serviceId }) => this.services.exists(serviceId)));
    if (known.includes(false)) throw invalid('must name services by their ids');
    return fallbackServices === null ? [] : named;
  }
}

const invalid = (what: string): AppError =>
  new AppError('VALIDATION_FAILED', {
    errors: [{ path: 'fallbackServices', message: `fallbackServices ${what}` }],
  });

import type { Principal } from '@app/common';
import type { BotParameters } from '@app/database';
import { Injectable } from '@nestjs/common';
import { BotDemandsService } from '../demands/bot-demands.service.js';
import { demandsOf } from '../demands/demands.js';
import { BotAccessService } from '../profile/bot-access.service.js';
import { BotsRepository } from '../profile/bots.repository.js';
import { BotsService } from '../profile/bots.service.js';
import type { BotParametersDto } from './bot-parameters.dto.js';
import { ParameterSupportService } from './parameter-support.service.js';

const UNSET: Required<BotParameters> = {
  temperature: null,
  maxOutputTokens: null,
  topP: null,
  reasoningEffort: null,
  verbosity: null,
  stop: null,
  seed: null,
  answerSchema: null,
  extraBody: null,
  isTitledByModel: false,
};

/** How the models of bots are called. */
@Injectable()
export class BotParametersService {
  constructor(
    private readonly bots: BotsRepository,
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
    private readonly support: ParameterSupportService,
    private readonly demands: BotDemandsService,
  ) {}

  async get(caller: Principal, botId: string): Promise<Required<BotParametersDto>> {
    const { parameters, isUserSystemMessageSupported } = await this.access.requireBotAdmin(caller, botId);
    return { ...UNSET, ...parameters, isUserSystemMessageSupported };
  }

  /** What is not sent stays as it is. Throws VALIDATION_FAILED for what the bot's service is known not to take. */
  async update(caller: Principal, botId: string, dto: BotParametersDto): Promise<void> {
    const bot = await this.access.requireBotAdmin(caller, botId);
    const { isUserSystemMessageSupported = bot.isUserSystemMessageSupported, ...sent } = dto;
    const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
    const parameters: BotParameters = { ...UNSET, ...bot.parameters, ...given };
    await this.demands.require(bot, demandsOf(parameters));
    await this.support.requireFor(bot, parameters);
    await this.bots.update(botId, { parameters, isUserSystemMessageSupported });
    await this.profiles.changed(botId);
  }
}

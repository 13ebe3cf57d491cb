import { AppError } from '@app/common';
import type { Bot, BotParameters } from '@app/database';
import { Injectable } from '@nestjs/common';
import { OpenAiServicesService } from '../../models/index.js';
import { askedOfModel } from './asked-parameters.js';

/** Refuses parameters that would never have an effect: the bot's service is known not to take them. */
@Injectable()
export class ParameterSupportService {
  constructor(private readonly services: OpenAiServicesService) {}

  async requireFor(model: Pick<Bot, 'openAiServiceId' | 'modelName'>, parameters: BotParameters): Promise<void> {
    const { openAiServiceId, modelName } = model;
    const refused = await this.services.findRefused(openAiServiceId, modelName, askedOfModel(parameters));
    if (refused.length === 0) return;
    const errors = refused.map(({ name, reason }) => ({ path: name, message: `${name} ${reason}` }));
    throw new AppError('VALIDATION_FAILED', { detail: errors[0]!.message, errors });
  }
}

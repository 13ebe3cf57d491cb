import { AppError } from '@app/common';
import type { BotParameters } from '@app/database';
import { Injectable } from '@nestjs/common';
import { ServiceSupportService, type BotModel } from '../../models/index.js';
import { BotToolsRepository } from '../tools/bot-tools.repository.js';
import { DEMANDS, demandsOf, type Demand } from './demands.js';

/** Refuses to save what could never work: the probes of the service found that its model does not support it. */
@Injectable()
export class BotDemandsService {
  constructor(
    private readonly tools: BotToolsRepository,
    private readonly support: ServiceSupportService,
  ) {}

  /** Throws VALIDATION_FAILED with what is missing, why, and what to do. What is not known is accepted. */
  async require(model: BotModel, demands: readonly Demand[]): Promise<void> {
    for (const { capability, what, advice } of demands.map((demand) => DEMANDS[demand])) {
      const lack = await this.support.findLack(model, capability);
      if (lack === null) continue;
      const reason = lack.reason === null ? '' : ` (${lack.reason})`;
      const message = `the bot needs a service that supports ${what}; the probe of "${lack.service}" found that it does not${reason}: ${advice}`;
      throw new AppError('VALIDATION_FAILED', { detail: message, errors: [{ path: 'openAiServiceId', message }] });
    }
  }

  /** For a bot that moves to another service or model. */
  async requireForBot(botId: string, model: BotModel, parameters: BotParameters): Promise<void> {
    const hasTools = (await this.tools.list(botId)).some(({ isActive }) => isActive);
    await this.require(model, [...(hasTools ? (['tools'] as const) : []), ...demandsOf(parameters)]);
  }
}

import { AppError } from '@app/common';
import type { Bot } from '@app/database';
import { Injectable } from '@nestjs/common';
import { OpenAiServicesService } from '../../models/index.js';
import { BotToolsRepository } from './bot-tools.repository.js';

/** Which service and model a bot answers through. */
export type BotModel = Pick<Bot, 'openAiServiceId' | 'modelName'>;

/** Refuses tools where they could never be called: the probe of the service found that its model calls none. */
@Injectable()
export class ToolSupportService {
  constructor(
    private readonly tools: BotToolsRepository,
    private readonly services: OpenAiServicesService,
  ) {}

  async requireFor({ openAiServiceId, modelName }: BotModel): Promise<void> {
    const service = await this.services.findWithoutTools(openAiServiceId, modelName);
    if (service === null) return;
    const message = `the bot needs a service that supports tools; the probe of "${service}" found that it does not`;
    throw new AppError('VALIDATION_FAILED', { detail: message, errors: [{ path: 'openAiServiceId', message }] });
  }

  /** For a bot that moves to another service or model. */
  async requireForToolsOf(botId: string, model: BotModel): Promise<void> {
    const tools = await this.tools.list(botId);
    if (tools.some(({ isActive }) => isActive)) await this.requireFor(model);
  }
}

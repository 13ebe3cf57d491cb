import { AppError, notFound, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotsService } from '../bots/bots.service.js';
import type { TakeoverPolicyDto } from './takeover-policy.dto.js';
import { TakeoverPolicyRepository } from './takeover-policy.repository.js';

/** How each bot's chats are taken over. Only administrators of the bot may look at it or change it. */
@Injectable()
export class TakeoverPolicyService {
  constructor(
    private readonly bots: BotsService,
    private readonly policies: TakeoverPolicyRepository,
  ) {}

  async getTakeoverPolicy(caller: Principal, botId: string): Promise<TakeoverPolicyDto> {
    await this.requireBotAdmin(caller, botId);
    return (await this.bots.getProfile(botId)).takeover;
  }

  async updateTakeoverPolicy(caller: Principal, botId: string, policy: TakeoverPolicyDto): Promise<void> {
    await this.requireBotAdmin(caller, botId);
    await this.policies.replacePolicy(botId, policy);
    await this.bots.changed(botId);
  }

  private async requireBotAdmin(caller: Principal, botId: string): Promise<void> {
    const [bot, roles] = await Promise.all([this.bots.getProfile(botId), this.bots.getRoles(caller, botId)]);
    if (bot.isDeleted || (!roles.has('admin') && !roles.has('contributor'))) throw notFound('The bot');
    if (!roles.has('admin'))
      throw new AppError('FORBIDDEN', { detail: 'Only administrators of this bot may do this.' });
  }
}

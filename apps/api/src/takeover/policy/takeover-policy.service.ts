import type { Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotSettingsService, BotsService } from '../../bots/index.js';
import type { TakeoverPolicyDto } from './takeover-policy.dto.js';

/** How each bot's chats are taken over. Only administrators of the bot may look at it or change it. */
@Injectable()
export class TakeoverPolicyService {
  constructor(
    private readonly bots: BotsService,
    private readonly settings: BotSettingsService,
  ) {}

  async getTakeoverPolicy(caller: Principal, botId: string): Promise<TakeoverPolicyDto> {
    await this.settings.requireBotAdmin(caller, botId);
    return (await this.bots.getProfile(botId)).takeover;
  }

  async updateTakeoverPolicy(caller: Principal, botId: string, policy: TakeoverPolicyDto): Promise<void> {
    await this.settings.replacePart(caller, botId, 'takeover', policy);
  }
}

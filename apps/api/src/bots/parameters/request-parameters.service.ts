import { Injectable } from '@nestjs/common';
import { createHash, createHmac } from 'node:crypto';
import { SecretsService } from '../../secrets/index.js';
import type { BotProfile } from '../profile/bot-profile.js';
import { askedOfModel, type AskedOfModel } from './asked-parameters.js';

/** With what a bot's model is called for one person. */
@Injectable()
export class RequestParametersService {
  /** Profiles are shared through the cache, and replaced when a bot changes. */
  private readonly cacheKeys = new WeakMap<BotProfile, string>();
  private key: Uint8Array | null = null;

  constructor(private readonly secrets: SecretsService) {}

  /** @param person who is counted in the statistics; services are told a pseudonym that only this installation can make */
  of(bot: BotProfile, person: string): AskedOfModel {
    const asked = askedOfModel(bot.parameters);
    const whose = { promptCacheKey: this.cacheKeyOf(bot), safetyIdentifier: this.pseudonymOf(person) };
    return { ...asked, parameters: { ...asked.parameters, ...whose } };
  }

  /** The same until the bot is changed: all its requests begin alike until then. */
  private cacheKeyOf(bot: BotProfile): string {
    let key = this.cacheKeys.get(bot);
    if (key === undefined) {
      const { id, implementationType, baseSystemMessage, facts, openAiServiceId, modelName, parameters } = bot;
      const revision = [id, implementationType, baseSystemMessage, facts, openAiServiceId, modelName, parameters];
      key = createHash('sha256').update(JSON.stringify(revision)).digest('base64url');
      this.cacheKeys.set(bot, key);
    }
    return key;
  }

  private pseudonymOf(person: string): string {
    this.key ??= this.secrets.deriveKey('safety-identifiers');
    return createHmac('sha256', this.key).update(person).digest('base64url');
  }
}

import { ANONYMOUS_CUSTOMER, notFound, type TermValue } from '@app/common';
import { Injectable } from '@nestjs/common';
import { type BotProfile, BotsService } from '../../bots/index.js';
import { CacheService } from '../../cache/index.js';
import type { WidgetBotDto } from './widget-session.dto.js';
import { WidgetSettingsRepository } from './widget-settings.repository.js';
import type { WidgetSettings } from './widget-settings.js';

const CODE = /^[\w.-]{1,100}$/;
const ASSISTANT_ID = /^(?:asst_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;
const TTL_MS = 60_000;

/** A public bot and how it is shown to visitors. */
export interface WidgetBot {
  profile: BotProfile;
  settings: WidgetSettings;
  appearance: WidgetBotDto;
}

/** The bots that visitors may meet. All others are not there. */
@Injectable()
export class WidgetBotsService {
  constructor(
    private readonly bots: BotsService,
    private readonly settings: WidgetSettingsRepository,
    private readonly cache: CacheService,
  ) {}

  async getByCode(code: string): Promise<WidgetBot> {
    if (!CODE.test(code)) throw notFound('The bot');
    return this.describe(await this.bots.getUsableBotByCode(ANONYMOUS_CUSTOMER, code));
  }

  /** By the name that the threads API gives a bot, `asst_` and its id without hyphens, or by the id itself. */
  async getByAssistantId(assistantId: string): Promise<WidgetBot> {
    const parts = ASSISTANT_ID.exec(assistantId)?.slice(1);
    if (parts === undefined) throw notFound('The bot');
    return this.describe(await this.bots.getUsableBot(ANONYMOUS_CUSTOMER, parts.join('-').toLowerCase()));
  }

  private async describe(profile: BotProfile): Promise<WidgetBot> {
    // Every change of a bot or its image empties this area of the cache.
    const stored = await this.cache.remember('bots', `widget/${profile.id}`, TTL_MS, () =>
      this.settings.find(profile.id),
    );
    return {
      profile,
      settings: stored.settings,
      appearance: appearanceOf(profile, stored.settings, stored.imageFileId),
    };
  }
}

function appearanceOf(bot: BotProfile, settings: WidgetSettings, imageFileId: string | null): WidgetBotDto {
  const hasImage = settings.avatar === 'bot_image' && imageFileId !== null;
  return {
    botId: bot.id,
    code: bot.code,
    name: bot.displayName,
    title: orElse(settings.titleTv, bot.displayName),
    greeting: orElse(settings.greetingTv, bot.displayMessage),
    colour: settings.colour,
    position: settings.position,
    launcherText: settings.launcherTextTv,
    avatarPath: hasImage ? `api/bots/botimage/${bot.id}?v=${imageFileId}` : null,
    sampleQuestions: [bot.sampleQuestion1, bot.sampleQuestion2].filter(isGiven),
  };
}

const isGiven = ({ value, valueDe }: TermValue): boolean => value.trim() !== '' || valueDe.trim() !== '';
const orElse = (text: TermValue, instead: TermValue): TermValue => (isGiven(text) ? text : instead);

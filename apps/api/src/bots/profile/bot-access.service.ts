import { AppError, isAdmin, type Principal } from '@app/common';
import type { Bot } from '@app/database';
import { Injectable } from '@nestjs/common';
import { BotsRepository, type BotViewer } from './bots.repository.js';
import { botNotFound, BotsService } from './bots.service.js';

/** Rights in the administration of bots: administrators may do everything, others what the bot's login lists say. */
@Injectable()
export class BotAccessService {
  constructor(
    private readonly bots: BotsRepository,
    private readonly profiles: BotsService,
  ) {}

  /** The bot, for callers who may at least edit its facts; 404 for all others. */
  async requireContributor(caller: Principal, botId: string): Promise<Bot> {
    const [bot, roles] = await Promise.all([this.bots.find(botId), this.profiles.getRoles(caller, botId)]);
    if (bot === null || bot.deletedAt !== null) throw botNotFound();
    if (!roles.has('admin') && !roles.has('contributor')) throw botNotFound();
    return bot;
  }

  /** The bot, for callers who may change it. */
  async requireBotAdmin(caller: Principal, botId: string): Promise<Bot> {
    const bot = await this.requireContributor(caller, botId);
    if (!(await this.profiles.isBotAdmin(caller, botId)))
      throw new AppError('FORBIDDEN', { detail: 'Only administrators of this bot may do this.' });
    return bot;
  }

  viewerOf(caller: Principal): BotViewer {
    if (isAdmin(caller)) return { sees: 'all' };
    return caller.kind === 'user' ? { sees: 'login', login: caller.login.toLowerCase() } : { sees: 'public' };
  }
}

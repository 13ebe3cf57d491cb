import {
  AppError,
  listOptions,
  notFound,
  pagingResult,
  type Language,
  type PagingQuery,
  type Principal,
} from '@app/common';
import type { Bot } from '@app/database';
import { Injectable } from '@nestjs/common';
import { BotAccessService } from '../profile/bot-access.service.js';
import { BotLinksRepository } from './bot-links.repository.js';
import { BOT_ORDER_FIELDS, BotsRepository } from '../profile/bots.repository.js';
import { BotsService } from '../profile/bots.service.js';
import {
  mapMember,
  mapUnassigned,
  type AdminCreateStartBotBotRequestDto,
  type AdminGetStartBotBotsResponseItemDtoPagingResult,
  type AdminGetUnassignedBotsResponseItemDtoPagingResult,
} from './start-bot.dto.js';

const BY_NAME = { field: 'displayName', direction: 'ASC' } as const;

/** The members of start bots. A start bot hands messages to its members; it is never a member itself. */
@Injectable()
export class StartBotsService {
  constructor(
    private readonly bots: BotsRepository,
    private readonly links: BotLinksRepository,
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
  ) {}

  async listMembers(
    caller: Principal,
    startBotId: string,
    query: PagingQuery,
    language: Language,
  ): Promise<AdminGetStartBotBotsResponseItemDtoPagingResult> {
    await this.requireStartBot(caller, startBotId, 'contributor');
    const options = { ...listOptions(query, BOT_ORDER_FIELDS, BY_NAME), language, memberOf: startBotId };
    const [bots, total] = await this.bots.listManaged({ sees: 'all' }, options);
    const ids = bots.map(({ id }) => id);
    const links = new Map((await this.links.findOf(startBotId, ids)).map((link) => [link.botId, link]));
    return pagingResult(
      query,
      bots.map((bot) => mapMember(bot, links.get(bot.id), language)),
      total,
    );
  }

  /** The bots that the caller could make members. */
  async listUnassigned(
    caller: Principal,
    startBotId: string,
    query: PagingQuery,
    language: Language,
  ): Promise<AdminGetUnassignedBotsResponseItemDtoPagingResult> {
    await this.requireStartBot(caller, startBotId, 'contributor');
    const options = { ...listOptions(query, BOT_ORDER_FIELDS, BY_NAME), language, unassignedTo: startBotId };
    const [bots, total] = await this.bots.listManaged(this.access.viewerOf(caller), options);
    return pagingResult(
      query,
      bots.map((bot) => mapUnassigned(bot, language)),
      total,
    );
  }

  async addMember(
    caller: Principal,
    startBotId: string,
    botId: string,
    dto: AdminCreateStartBotBotRequestDto,
  ): Promise<void> {
    await this.requireStartBot(caller, startBotId, 'admin');
    const member = await this.access.requireContributor(caller, botId);
    if (member.isStartBot) throw new AppError('CONFLICT', { detail: 'A start bot cannot be a member of a start bot.' });
    if (!(await this.links.insert(startBotId, botId, linkOf(dto))))
      throw new AppError('CONFLICT', { detail: 'The bot is a member already.' });
    await this.profiles.changed(startBotId);
  }

  async updateMember(
    caller: Principal,
    startBotId: string,
    botId: string,
    dto: AdminCreateStartBotBotRequestDto,
  ): Promise<void> {
    await this.requireStartBot(caller, startBotId, 'admin');
    if (!(await this.links.update(startBotId, botId, linkOf(dto)))) throw notFound('The member');
    await this.profiles.changed(startBotId);
  }

  async removeMember(caller: Principal, startBotId: string, botId: string): Promise<void> {
    await this.requireStartBot(caller, startBotId, 'admin');
    if (!(await this.links.delete(startBotId, botId))) throw notFound('The member');
    await this.profiles.changed(startBotId);
  }

  private async requireStartBot(caller: Principal, botId: string, role: 'admin' | 'contributor'): Promise<Bot> {
    const bot =
      role === 'admin'
        ? await this.access.requireBotAdmin(caller, botId)
        : await this.access.requireContributor(caller, botId);
    if (!bot.isStartBot) throw notFound('The start bot');
    return bot;
  }
}

const linkOf = (dto: AdminCreateStartBotBotRequestDto): { isDefaultBot: boolean; keywords: string } => ({
  isDefaultBot: dto.isDefaultBot ?? false,
  keywords: dto.keywords?.trim() ?? '',
});

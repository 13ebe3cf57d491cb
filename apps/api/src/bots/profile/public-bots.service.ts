import { accessDenied, isAdmin, type Principal } from '@app/common';
import type { Bot, BotTool } from '@app/database';
import { Injectable } from '@nestjs/common';
import { maskUrl } from '../../secrets/index.js';
import { botNotFound, BotsService } from './bots.service.js';
import { PublicBotsRepository } from './public-bots.repository.js';

/** A bot with the functions that its model may call, without their secrets. */
export interface BotWithTools {
  bot: Readonly<Bot>;
  tools: readonly Omit<BotTool, 'secretHeaders' | 'sealedUrl'>[];
}

/** The public, active bots. Other bots are not found here. */
@Injectable()
export class PublicBotsService {
  constructor(
    private readonly bots: PublicBotsRepository,
    private readonly profiles: BotsService,
  ) {}

  /** The open bot, or the oldest of the others; null when there is none. */
  async findFirst(): Promise<string | null> {
    const openBotId = await this.profiles.getOpenBotId();
    const bot = (openBotId === null ? null : await this.bots.find(openBotId)) ?? (await this.bots.findOldest());
    return bot?.id ?? null;
  }

  /** Everything about the newest of them. */
  async list(caller: Principal, limit: number): Promise<BotWithTools[]> {
    requireAdmin(caller);
    return this.withTools(await this.bots.findNewest(limit));
  }

  async get(caller: Principal, botId: string): Promise<BotWithTools> {
    requireAdmin(caller);
    const bot = await this.bots.find(botId);
    if (bot === null) throw botNotFound();
    return (await this.withTools([bot]))[0]!;
  }

  private async withTools(bots: Bot[]): Promise<BotWithTools[]> {
    const tools = await this.bots.findTools(bots.map(({ id }) => id));
    for (const tool of tools) if (tool.url !== null) tool.url = maskUrl(tool.url);
    return bots.map((bot) => ({ bot, tools: tools.filter(({ botId }) => botId === bot.id) }));
  }
}

function requireAdmin(caller: Principal): void {
  if (!isAdmin(caller)) throw accessDenied(caller);
}

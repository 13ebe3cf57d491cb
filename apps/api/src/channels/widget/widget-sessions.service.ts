import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { VisitorTokensService } from '../../auth/index.js';
import { WidgetBotsService } from './widget-bots.service.js';
import type { WidgetSessionDto } from './widget-session.dto.js';

/**
 * Visitors of the embedded page. Where the page is embedded is not asked here: what a page says about that can be made up, and
 * browsers themselves refuse to show it elsewhere (`frame-ancestors`).
 */
@Injectable()
export class WidgetSessionsService {
  constructor(
    private readonly bots: WidgetBotsService,
    private readonly tokens: VisitorTokensService,
  ) {}

  /** A visitor of the bot: the one that the token names while it holds, else a new one. */
  async openSession(botCode: string, knownToken: string | null): Promise<WidgetSessionDto> {
    const { appearance } = await this.bots.getByCode(botCode);
    const { botId } = appearance;
    const visitorId = (await this.visitorOf(knownToken, botId)) ?? randomUUID();
    const { token, expiresAt } = await this.tokens.issue({ visitorId, botId });
    return { token, expiresAt: expiresAt.toISOString(), visitorId, bot: appearance };
  }

  private async visitorOf(token: string | null, botId: string): Promise<string | null> {
    if (token === null || !this.tokens.accepts(token)) return null;
    const visitor = await this.tokens.verify(token).catch(() => null);
    return visitor?.botId === botId ? visitor.visitorId : null;
  }
}

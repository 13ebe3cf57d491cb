import { baseOf, hasCode, type Language } from '@app/common';
import { Injectable } from '@nestjs/common';
import { WidgetAssetsService } from './widget-assets.service.js';
import { WidgetBotsService, type WidgetBot } from './widget-bots.service.js';
import { chatPage, notFoundPage } from './widget-html.js';

export interface WidgetPage {
  status: 200 | 404;
  html: string;
  policy: string;
}

/** Where a page was asked for, and in which language. */
export interface PageRequest {
  /** The path and query as they reached this server. */
  url: string;
  language: Language;
}

/** The embedded page and the script that embeds it. */
@Injectable()
export class WidgetPagesService {
  constructor(
    private readonly bots: WidgetBotsService,
    private readonly assets: WidgetAssetsService,
  ) {}

  getPageByCode(code: string, request: PageRequest): Promise<WidgetPage> {
    return this.render(this.bots.getByCode(code), request);
  }

  getPageByAssistantId(assistantId: string, request: PageRequest): Promise<WidgetPage> {
    return this.render(this.bots.getByAssistantId(assistantId), request);
  }

  /** The launcher of one bot; without a code, one that reads the code from its own element. */
  async getLauncher(code: string | null): Promise<string> {
    const bot = code === null ? null : (await this.bots.getByCode(code)).appearance;
    const settings = bot && {
      code: bot.code,
      title: bot.title,
      colour: bot.colour,
      position: bot.position,
      text: bot.launcherText,
    };
    return `(function(batonWidget){${this.assets.launcher}\n})(${JSON.stringify(settings)});\n`;
  }

  private async render(wanted: Promise<WidgetBot>, { url, language }: PageRequest): Promise<WidgetPage> {
    const { page } = this.assets;
    const base = baseOf(url);
    const bot = await wanted.catch(unlessMissing);
    if (bot === null) return { status: 404, html: notFoundPage(page, base, language), policy: policyOf([]) };
    const html = chatPage(bot.appearance, page, base, language);
    return { status: 200, html, policy: policyOf(bot.settings.allowedOrigins) };
  }
}

function unlessMissing(error: unknown): null {
  if (hasCode(error, 'NOT_FOUND')) return null;
  throw error;
}

/**
 * Nothing runs or is loaded that does not come from this server, pictures apart. Only the sanitiser may make HTML of text
 * (`trusted-types`). With no list of origins every page may embed this one, as embed codes in use expect.
 */
const policyOf = (allowedOrigins: string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: https:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types dompurify',
    `frame-ancestors ${allowedOrigins.length === 0 ? '*' : allowedOrigins.join(' ')}`,
  ].join('; ');

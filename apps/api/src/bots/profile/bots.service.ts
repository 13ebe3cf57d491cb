import {
  ANONYMOUS_CUSTOMER,
  AppError,
  isAdmin,
  listOptions,
  notFound,
  pagingResult,
  type Language,
  type PagingQuery,
  type Principal,
} from '@app/common';
import type { Bot, BotRole } from '@app/database';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { ModelTargetsService, type ModelTargets } from '../../models/index.js';
import { CacheService } from '../../cache/index.js';
import type { AppEvents } from '../../events.js';
import { BotFactsRepository } from '../facts/bot-facts.repository.js';
import { BotFallbacksRepository, type Fallback } from './bot-fallbacks.repository.js';
import type { BotProfile } from './bot-profile.js';
import { BotStateRepository } from './bot-state.repository.js';
import { mapBotItem, type GetBotsResponseItemDtoPagingResult } from './bot.dto.js';
import { BOT_ORDER_FIELDS, BotsRepository, type BotViewer } from './bots.repository.js';
import { takeoverPolicyOf } from './takeover-policy.js';

const TTL_MS = 60_000;
const OPEN_BOT = 'open-bot';

type RolesByLogin = ReadonlyMap<string, ReadonlySet<BotRole>>;

/** Bots as their customers see them. */
@Injectable()
export class BotsService {
  constructor(
    private readonly bots: BotsRepository,
    private readonly facts: BotFactsRepository,
    private readonly state: BotStateRepository,
    private readonly fallbacks: BotFallbacksRepository,
    private readonly targets: ModelTargetsService,
    private readonly cache: CacheService,
    private readonly events: EventEmitter2,
  ) {}

  /** The bot, when the caller may talk to it: it is active, and open to them. Anything else is 404. */
  async getUsableBot(caller: Principal, botId: string): Promise<BotProfile> {
    const bot = await this.getProfile(botId);
    if (!(await this.isUsable(caller, bot))) throw botNotFound();
    return bot;
  }

  async getUsableBotByCode(caller: Principal, code: string): Promise<BotProfile> {
    const wanted = code.trim().toLowerCase();
    const botId = await this.cache.remember('bots', `code/${wanted}`, TTL_MS, async () => {
      const id = await this.bots.findIdByCode(wanted);
      if (id === null) throw botNotFound();
      return id;
    });
    return this.getUsableBot(caller, botId);
  }

  /** The bot of a channel whose customers have no accounts: that of the code, else the open one. 404 when it is not active and public. */
  async getChannelBot(code: string | null): Promise<BotProfile> {
    if (code !== null) return this.getUsableBotByCode(ANONYMOUS_CUSTOMER, code);
    const openBotId = await this.getOpenBotId();
    if (openBotId === null) throw notFound('The open bot');
    return this.getUsableBot(ANONYMOUS_CUSTOMER, openBotId);
  }

  /** Any bot, also a deleted one, without a check of rights. 404 when there never was one. */
  getProfile(botId: string): Promise<BotProfile> {
    return this.cache.remember('bots', `id/${botId}`, TTL_MS, async () => {
      const bot = await this.bots.find(botId);
      if (bot === null) throw botNotFound();
      const [facts, fallbacks, openBotId] = await Promise.all([
        this.facts.findActiveTexts(botId),
        this.fallbacks.listOf(botId),
        this.getOpenBotId(),
      ]);
      return profileOf(bot, facts, fallbacks, openBotId);
    });
  }

  /** The one bot that may be used without an account while it is public. */
  getOpenBotId(): Promise<string | null> {
    return this.cache.remember('bots', OPEN_BOT, TTL_MS, () => this.state.findOpenBotId());
  }

  /** Where the bot's answers can come from, and by which models. Throws BOT_NOT_READY when that is nowhere. */
  getTargets({ openAiServiceId: serviceId, modelName, fallbacks }: BotProfile): Promise<ModelTargets> {
    return this.targets.find([{ serviceId, modelName }, ...fallbacks]);
  }

  /** What the caller may do with the bot, by the bot's login lists. Administrators may do everything. */
  async getRoles(caller: Principal, botId: string): Promise<ReadonlySet<BotRole>> {
    if (isAdmin(caller)) return EVERYTHING;
    if (caller.kind !== 'user') return NOTHING;
    const roles = await this.cache.remember('permissions', `bot:${botId}`, TTL_MS, async () => this.loadRoles(botId));
    return roles.get(caller.login.toLowerCase()) ?? NOTHING;
  }

  async isBotAdmin(caller: Principal, botId: string): Promise<boolean> {
    return (await this.getRoles(caller, botId)).has('admin');
  }

  /** Callers who may use a start bot may use its members, if those are public or name the caller's login. */
  async isUsableAsMember(caller: Principal, bot: BotProfile): Promise<boolean> {
    if (!bot.isActive || bot.isDeleted) return false;
    return bot.isPublic || (await this.getRoles(caller, bot.id)).size > 0;
  }

  async list(
    caller: Principal,
    query: PagingQuery,
    language: Language,
    only: { isStartBot?: boolean; memberOf?: string } = {},
  ): Promise<GetBotsResponseItemDtoPagingResult> {
    if (only.memberOf !== undefined) await this.getUsableStartBot(caller, only.memberOf);
    const viewer = await this.viewerOf(caller, only.memberOf);
    const options = listOptions(query, BOT_ORDER_FIELDS, { field: 'displayName', direction: 'ASC' });
    const [bots, total] = await this.bots.listUsable(viewer, { ...options, ...only, language });
    return pagingResult(
      query,
      bots.map((bot) => mapBotItem(bot, language)),
      total,
    );
  }

  async getUsableStartBot(caller: Principal, botId: string): Promise<BotProfile> {
    const bot = await this.getUsableBot(caller, botId);
    if (!bot.isStartBot) throw notFound('The start bot');
    return bot;
  }

  /** To be called after each write that concerns a bot. */
  async changed(botId: string): Promise<void> {
    await Promise.all([this.cache.forget('bots'), this.cache.forget('permissions', `bot:${botId}`)]);
    this.events.emit('bot.changed', { botId } satisfies AppEvents['bot.changed']);
  }

  private async isUsable(caller: Principal, bot: BotProfile): Promise<boolean> {
    if (!bot.isActive || bot.isDeleted) return false;
    if (caller.kind === 'visitor') return bot.isPublic && bot.id === caller.botId;
    if (caller.kind === 'anonymous') return bot.isPublic && (bot.isOpenBot || caller.reach === 'public_bots');
    return bot.isPublic || (await this.getRoles(caller, bot.id)).size > 0;
  }

  private async viewerOf(caller: Principal, memberOf: string | undefined): Promise<BotViewer> {
    if (isAdmin(caller)) return { sees: 'all' };
    if (caller.kind === 'user') return { sees: 'login', login: caller.login.toLowerCase() };
    if (memberOf !== undefined) return { sees: 'public' };
    return { sees: 'one', botId: caller.kind === 'visitor' ? caller.botId : await this.getOpenBotId() };
  }

  private async loadRoles(botId: string): Promise<RolesByLogin> {
    const byLogin = new Map<string, Set<BotRole>>();
    for (const { login, role } of await this.bots.findLogins(botId)) {
      byLogin.set(login, (byLogin.get(login) ?? new Set()).add(role));
    }
    return byLogin;
  }
}

export const EVERYTHING: ReadonlySet<BotRole> = new Set<BotRole>(['user', 'contributor', 'admin']);
export const NOTHING: ReadonlySet<BotRole> = new Set();

export const botNotFound = (): AppError => notFound('The bot');

const profileOf = (bot: Bot, facts: string[], fallbacks: Fallback[], openBotId: string | null): BotProfile => ({
  id: bot.id,
  code: bot.code,
  displayName: { value: bot.displayName, valueDe: bot.displayNameDe },
  displayMessage: { value: bot.displayMessage, valueDe: bot.displayMessageDe },
  description: { value: bot.description, valueDe: bot.descriptionDe },
  sampleQuestion1: { value: bot.sampleQuestion1, valueDe: bot.sampleQuestion1De },
  sampleQuestion2: { value: bot.sampleQuestion2, valueDe: bot.sampleQuestion2De },
  isActive: bot.isActive,
  isDeleted: bot.deletedAt !== null,
  isPublic: bot.isPublic,
  isOpenBot: bot.id === openBotId,
  isStartBot: bot.isStartBot,
  isUserSystemMessageSupported: bot.isUserSystemMessageSupported,
  implementationType: bot.implementationType,
  baseSystemMessage: bot.baseSystemMessage,
  facts,
  openAiServiceId: bot.openAiServiceId,
  modelName: bot.modelName,
  fallbacks,
  parameters: bot.parameters,
  takeover: takeoverPolicyOf(bot.configuration),
});

import {
  AppError,
  isAdmin,
  listOptions,
  pagingResult,
  type Language,
  type PagingQuery,
  type Principal,
} from '@app/common';
import { isForeignKeyViolation, type Bot, type BotRole } from '@app/database';
import { Injectable } from '@nestjs/common';
import { OpenAiServicesService } from '../../models/index.js';
import { BotDemandsService } from '../demands/bot-demands.service.js';
import { BotAccessService } from '../profile/bot-access.service.js';
import { BotServicesService } from './bot-services.service.js';
import { codesFrom, freedCode, normaliseCode } from './bot-code.js';
import {
  mapAdminBot,
  mapAdminBotItem,
  type AdminCreateBotResponseDto,
  type AdminGetBotResponseDto,
  type AdminGetBotsResponseItemDtoPagingResult,
  type BotContext,
} from './bot-administration.dto.js';
import type { AdminCreateBotRequestDto, AdminUpdateBotRequestDto } from './bot-request.dto.js';
import { loginsOf } from './bot-logins.js';
import { BotStateRepository } from '../profile/bot-state.repository.js';
import { mapBotFields } from './bot-fields.js';
import { BOT_ORDER_FIELDS, BotsRepository, type BotRow } from '../profile/bots.repository.js';
import { BotsService, EVERYTHING, NOTHING } from '../profile/bots.service.js';
import { newBot } from '../profile/new-bot.js';
import { ParameterSupportService } from '../parameters/parameter-support.service.js';
import { IMPLEMENTATION_TYPES, implementationTypeOf } from './implementation-types.js';

/** Makes, changes and deletes bots. */
@Injectable()
export class BotAdministrationService {
  constructor(
    private readonly bots: BotsRepository,
    private readonly state: BotStateRepository,
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
    private readonly services: OpenAiServicesService,
    private readonly botServices: BotServicesService,
    private readonly demands: BotDemandsService,
    private readonly parameterSupport: ParameterSupportService,
  ) {}

  getImplementationTypes(): string[] {
    return [...IMPLEMENTATION_TYPES];
  }

  /** The bots that the caller may administer or contribute to. */
  async list(
    caller: Principal,
    query: PagingQuery,
    language: Language,
    only: { isStartBot?: boolean } = {},
  ): Promise<AdminGetBotsResponseItemDtoPagingResult> {
    const options = listOptions(query, BOT_ORDER_FIELDS, { field: 'displayName', direction: 'ASC' });
    const viewer = this.access.viewerOf(caller);
    const [bots, total] = await this.bots.listManaged(viewer, { ...options, ...only, language });
    const contexts = await this.contextsOf(caller, bots);
    return pagingResult(
      query,
      bots.map((bot, index) => mapAdminBotItem(bot, contexts[index]!, language)),
      total,
    );
  }

  async get(caller: Principal, botId: string): Promise<AdminGetBotResponseDto> {
    const bot = await this.access.requireContributor(caller, botId);
    const [context] = await this.contextsOf(caller, [bot]);
    return mapAdminBot(bot, context!);
  }

  async create(dto: AdminCreateBotRequestDto): Promise<AdminCreateBotResponseDto> {
    const implementationType = implementationTypeOf(dto.implementationType, dto.isStartBot === true);
    const bot = newBot({ implementationType, isStartBot: implementationType === 'StartBot', ...mapBotFields(dto) });
    if (bot.displayName === '') throw invalid('displayNameTv', 'displayNameTv.value must not be empty');
    await this.requireService(bot.openAiServiceId);
    const fallbacks = (await this.botServices.fallbacksOf(dto, bot.openAiServiceId)) ?? [];
    const codes = dto.code ? [codeOf(dto.code)] : codesFrom(bot.displayName);
    const logins = loginsOf(bot);
    for (const code of codes) {
      if (!(await this.guardService(this.bots.insert({ ...bot, code }, logins, fallbacks)))) continue;
      await this.profiles.changed(bot.id);
      return { botId: bot.id };
    }
    throw codeTaken(codes[0]!);
  }

  /** What is not sent stays as it is. */
  async update(caller: Principal, botId: string, dto: AdminUpdateBotRequestDto): Promise<void> {
    const bot: BotRow = await this.access.requireBotAdmin(caller, botId);
    const changes: Partial<Bot> = { ...mapBotFields(dto), ...(dto.code && { code: codeOf(dto.code) }) };
    if (changes.displayName === '') throw invalid('displayNameTv', 'displayNameTv.value must not be empty');
    if (changes.openAiServiceId) await this.requireService(changes.openAiServiceId);
    const { openAiServiceId, modelName } = { ...bot, ...changes };
    const fallbacks = await this.botServices.fallbacksOf(dto, openAiServiceId, botId);
    if (openAiServiceId !== bot.openAiServiceId || modelName !== bot.modelName) {
      await this.demands.requireForBot(botId, { openAiServiceId, modelName }, bot.parameters);
      await this.parameterSupport.requireFor({ openAiServiceId, modelName }, bot.parameters);
    }
    const logins = loginsOf({ ...bot, ...changes });
    if (!(await this.guardService(this.bots.update(botId, changes, logins, fallbacks)))) throw codeTaken(changes.code!);
    await this.profiles.changed(botId);
  }

  /** The bot is no longer available; the chats it answered in stay and go on showing its name. */
  async delete(caller: Principal, botId: string): Promise<void> {
    const bot = await this.access.requireBotAdmin(caller, botId);
    await this.bots.markDeleted(bot, freedCode(bot.code, bot.id));
    await this.profiles.changed(botId);
  }

  /** Makes the bot the one that may be used without an account. It must be public and active for that to have an effect. */
  async setOpenBot(caller: Principal, botId: string): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
    await this.state.setOpenBotId(botId);
    await this.profiles.changed(botId);
  }

  private async contextsOf(caller: Principal, bots: Bot[]): Promise<BotContext[]> {
    const [names, roles, openBotId] = await Promise.all([
      this.services.getNames(bots.map((bot) => bot.openAiServiceId)),
      this.rolesOf(caller, bots),
      this.profiles.getOpenBotId(),
    ]);
    return bots.map((bot) => ({
      openBotId,
      roles: isAdmin(caller) ? EVERYTHING : (roles.get(bot.id) ?? NOTHING),
      serviceName: names.get(bot.openAiServiceId) ?? '',
    }));
  }

  private async rolesOf(caller: Principal, bots: Bot[]): Promise<Map<string, Set<BotRole>>> {
    const roles = new Map<string, Set<BotRole>>();
    if (isAdmin(caller) || caller.kind !== 'user') return roles;
    const ids = bots.map(({ id }) => id);
    for (const { botId, role } of await this.bots.findRoles(caller.login.toLowerCase(), ids))
      roles.set(botId, (roles.get(botId) ?? new Set()).add(role));
    return roles;
  }

  private async requireService(serviceId: string | null): Promise<void> {
    if (serviceId !== null && !(await this.services.exists(serviceId))) throw unknownService();
  }

  /** The service may have been deleted since we looked. */
  private async guardService(write: Promise<boolean>): Promise<boolean> {
    try {
      return await write;
    } catch (error) {
      if (isForeignKeyViolation(error)) throw unknownService();
      throw error;
    }
  }
}

function codeOf(text: string): string {
  const code = normaliseCode(text);
  if (code === null) throw invalid('code', 'code must consist of 1 to 100 letters, digits, "-", "_" and "."');
  return code;
}

const invalid = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });
const unknownService = (): AppError => invalid('openAiServiceId', 'openAiServiceId must be the id of a service');
const codeTaken = (code: string): AppError =>
  new AppError('CODE_TAKEN', { detail: `Another bot has the code ${code}.` });

import { AppError, notFound, StrictValidationPipe, type Principal } from '@app/common';
import type { BotTool } from '@app/database';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { CacheService } from '../../cache/index.js';
import type { KeyStatus } from '../../secrets/index.js';
import type { BotModel } from '../../models/index.js';
import { BotDemandsService } from '../demands/bot-demands.service.js';
import { BotAccessService } from '../profile/bot-access.service.js';
import {
  BotToolSetDto,
  DEFAULT_TIMEOUT_MS,
  mapTool,
  MAX_TOOLS,
  type AdminBotToolDto,
  type AdminCreateBotToolRequestDto,
  type AdminCreateBotToolResponseDto,
  type AdminGetBotToolsResponseDto,
} from './bot-tool.dto.js';
import { BotToolsRepository, type ToolChanges, type ToolRow } from './bot-tools.repository.js';
import { BotsService } from '../profile/bots.service.js';
import { ToolAddressesService } from './tool-addresses.service.js';
import { ToolHeadersService } from './tool-headers.service.js';

const TTL_MS = 60_000;

/** A tool as the turn engine calls it. Secrets are plain text here: it is never logged and never shown. */
export interface CallableTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Record<string, unknown>;
  /** Null: the tool has no address, its arguments only become variables. */
  readonly url: string | null;
  /** Null when a stored value cannot be read: the tool is not called without it. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly timeoutMs: number;
}

/** A tool as it shall be, checked by {@link BotToolsService.replaceAll}. What is left out keeps its value, or has its default. */
export interface ToolDraft {
  name: string;
  description?: string;
  /** JSON Schema of type object. */
  parameters?: unknown;
  url?: string | null;
  secretHeaders?: { name: string; value?: string }[];
  timeoutMs?: number;
  isActive?: boolean;
}

/** The functions that a bot's model may call, and the addresses behind them. Secret headers are never given back. */
@Injectable()
export class BotToolsService {
  private readonly validation = new StrictValidationPipe();

  constructor(
    private readonly tools: BotToolsRepository,
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
    private readonly addresses: ToolAddressesService,
    private readonly headers: ToolHeadersService,
    private readonly demands: BotDemandsService,
    private readonly cache: CacheService,
  ) {}

  /** All tools of the bot, in the order they were made. */
  async list(caller: Principal, botId: string): Promise<AdminBotToolDto[]> {
    await this.access.requireBotAdmin(caller, botId);
    return (await this.tools.list(botId)).map((tool) => this.map(tool));
  }

  async getBotTools(caller: Principal, botId: string): Promise<AdminGetBotToolsResponseDto> {
    return { tools: await this.list(caller, botId) };
  }

  async get(caller: Principal, botId: string, toolId: string): Promise<AdminBotToolDto> {
    return this.map(await this.getTool(caller, botId, toolId));
  }

  async create(
    caller: Principal,
    botId: string,
    dto: AdminCreateBotToolRequestDto,
  ): Promise<AdminCreateBotToolResponseDto> {
    const bot = await this.access.requireBotAdmin(caller, botId);
    const tool = this.rowOf(botId, dto, null);
    if (tool.isActive) await this.demands.require(bot, ['tools']);
    const result = await this.tools.insert(tool, MAX_TOOLS);
    if (result === 'full') throw new AppError('CONFLICT', { detail: `A bot has at most ${MAX_TOOLS} tools.` });
    if (result === 'taken') throw nameTaken();
    await this.profiles.changed(botId);
    return { botToolId: tool.id };
  }

  async update(caller: Principal, botId: string, toolId: string, dto: AdminCreateBotToolRequestDto): Promise<void> {
    const before = await this.getTool(caller, botId, toolId);
    const { id: _, botId: __, createdAt: ___, ...changes } = this.rowOf(botId, dto, before);
    if (changes.isActive) await this.demands.require(await this.access.requireBotAdmin(caller, botId), ['tools']);
    const result = await this.tools.update(botId, toolId, changes satisfies ToolChanges);
    if (result === 'missing') throw toolNotFound();
    if (result === 'taken') throw nameTaken();
    await this.profiles.changed(botId);
  }

  async delete(caller: Principal, botId: string, toolId: string): Promise<void> {
    await this.access.requireBotAdmin(caller, botId);
    if (!(await this.tools.delete(botId, toolId))) throw toolNotFound();
    await this.profiles.changed(botId);
  }

  /**
   * Gives the bot these tools and no others. A name that it has already keeps its id, and its secret headers while the origin of the address
   * stays. Drafts that are not valid are refused as VALIDATION_FAILED with paths like `tools.0.parameters`, and change nothing.
   */
  async replaceAll(caller: Principal, botId: string, tools: readonly ToolDraft[]): Promise<void> {
    const bot = await this.access.requireBotAdmin(caller, botId);
    const drafts = await this.checkDrafts(tools, bot);
    await this.tools.replaceAll(botId, (existing) =>
      drafts.map((draft) => this.rowOf(botId, draft, existing.find(({ name }) => name === draft.name) ?? null)),
    );
    await this.profiles.changed(botId);
  }

  /** The drafts with their defaults; refused like {@link replaceAll} would refuse them. */
  async checkDrafts(tools: readonly ToolDraft[], model: BotModel): Promise<AdminCreateBotToolRequestDto[]> {
    const checked = await this.validation.transform({ tools }, { type: 'body', metatype: BotToolSetDto });
    const drafts = (checked as BotToolSetDto).tools;
    if (drafts.some(({ isActive }) => isActive !== false)) await this.demands.require(model, ['tools']);
    return drafts;
  }

  /** What the bot's model is offered: the active tools. Cached until the bot is changed. */
  getCallable(botId: string): Promise<readonly CallableTool[]> {
    return this.cache.remember('bots', `tools/${botId}`, TTL_MS, async () => {
      const tools = await this.tools.list(botId);
      return tools.filter(({ isActive }) => isActive).map((tool) => this.callable(tool));
    });
  }

  /** One tool as it would be called, active or not, with its address as it may be shown and the names of its secret headers. */
  async getForTrial(
    caller: Principal,
    botId: string,
    toolId: string,
  ): Promise<{ tool: CallableTool; shownUrl: string | null; secretHeaders: string[] }> {
    const tool = await this.getTool(caller, botId, toolId);
    const { url: shownUrl, secretHeaders } = this.map(tool);
    return { tool: this.callable(tool), shownUrl, secretHeaders: secretHeaders.map(({ name }) => name) };
  }

  private async getTool(caller: Principal, botId: string, toolId: string): Promise<BotTool> {
    await this.access.requireBotAdmin(caller, botId);
    const tool = await this.tools.find(botId, toolId);
    if (tool === null) throw toolNotFound();
    return tool;
  }

  private rowOf(botId: string, dto: AdminCreateBotToolRequestDto, before: BotTool | null): ToolRow {
    const now = new Date();
    const id = before?.id ?? uuidv7();
    const address = this.addresses.seal(id, dto.url, before);
    return {
      id,
      ...address,
      botId,
      name: dto.name,
      description: dto.description ?? '',
      parameters: dto.parameters,
      secretHeaders: this.headers.seal({ id, url: address.url }, dto.secretHeaders, before),
      timeoutMs: dto.timeoutMs ?? before?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      isActive: dto.isActive ?? before?.isActive ?? true,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
  }

  private map(tool: BotTool): AdminBotToolDto {
    return mapTool(tool, this.keyStatusOf(tool), (header) => this.headers.isReadable(tool, header));
  }

  private keyStatusOf(tool: BotTool): KeyStatus {
    if (tool.sealedUrl === null && tool.secretHeaders.length === 0) return 'missing';
    return this.addresses.open(tool).isReadable && this.headers.open(tool) !== null ? 'ok' : 'undecryptable';
  }

  private callable(tool: BotTool): CallableTool {
    const { name, description, parameters, timeoutMs } = tool;
    const { url, isReadable } = this.addresses.open(tool);
    const headers = isReadable ? this.headers.open(tool) : null;
    return { name, description, parameters, url, timeoutMs, headers };
  }
}

const toolNotFound = (): AppError => notFound('The tool');

const nameTaken = (): AppError =>
  new AppError('CONFLICT', { detail: 'The bot has a tool of this name already: names are unique within a bot.' });

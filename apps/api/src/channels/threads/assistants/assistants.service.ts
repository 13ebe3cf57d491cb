import { hasCode, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import {
  BotAdministrationService,
  BotToolsService,
  PublicBotsService,
  type BotWithTools,
} from '../../../bots/index.js';
import {
  mapAssistant,
  type AssistantDto,
  type CreateAssistantRequestDto,
  type DeletedAssistantDto,
  type SavedAssistantDto,
  type UpdateAssistantRequestDto,
} from './assistant.dto.js';
import { toolDraftsOf } from './assistant-tools.js';
import { assistantNotFound } from '../thread-errors.js';
import { assistantIdOf, botIdOf } from '../thread-ids.js';
import { ThreadStaffService } from '../agents/thread-staff.service.js';

const MAX_ASSISTANTS = 1000;

/** Assistants are the public, active bots; others are neither found nor changed through this API. */
@Injectable()
export class AssistantsService {
  constructor(
    private readonly staff: ThreadStaffService,
    private readonly publicBots: PublicBotsService,
    private readonly bots: BotAdministrationService,
    private readonly tools: BotToolsService,
  ) {}

  /** The newest first. */
  async listAssistants(caller: Principal): Promise<AssistantDto[]> {
    const admin = await this.staff.asAdmin(caller);
    return (await this.publicBots.list(admin, MAX_ASSISTANTS)).map(mapAssistant);
  }

  async getAssistant(caller: Principal, assistantId: string): Promise<AssistantDto> {
    return mapAssistant(await this.find(await this.staff.asAdmin(caller), assistantId));
  }

  /** The bot is public and active at once, and answers through the default service. */
  async createAssistant(caller: Principal, dto: CreateAssistantRequestDto): Promise<SavedAssistantDto> {
    const admin = await this.staff.asAdmin(caller);
    const drafts = toolDraftsOf(dto.tools ?? []);
    await this.tools.checkDrafts(drafts, { openAiServiceId: null, modelName: dto.model?.trim() || null });
    const { botId } = await this.bots.create({
      displayNameTv: { value: dto.name },
      baseSystemMessage: dto.instruction,
      modelName: dto.model,
      isActive: true,
      isPublic: true,
    });
    if (drafts.length > 0) await this.tools.replaceAll(admin, botId, drafts);
    return { assistant_id: assistantIdOf(botId) };
  }

  /** What is not sent stays as it is. */
  async updateAssistant(caller: Principal, dto: UpdateAssistantRequestDto): Promise<SavedAssistantDto> {
    const admin = await this.staff.asAdmin(caller);
    const { bot } = await this.find(admin, dto.asst_id);
    const drafts = dto.tools && toolDraftsOf(dto.tools);
    const modelName = dto.model === undefined ? bot.modelName : dto.model.trim() || null;
    if (drafts) await this.tools.checkDrafts(drafts, { ...bot, modelName });
    await this.bots.update(admin, bot.id, {
      displayNameTv: dto.name === undefined ? undefined : { value: dto.name, valueDe: bot.displayNameDe },
      baseSystemMessage: dto.instruction,
      modelName: dto.model,
    });
    if (drafts) await this.tools.replaceAll(admin, bot.id, drafts);
    return { assistant_id: assistantIdOf(bot.id) };
  }

  async deleteAssistant(caller: Principal, assistantId: string): Promise<DeletedAssistantDto> {
    const admin = await this.staff.asAdmin(caller);
    const { bot } = await this.find(admin, assistantId);
    await this.bots.delete(admin, bot.id);
    return { id: assistantIdOf(bot.id), object: 'assistant.deleted', deleted: true };
  }

  private async find(admin: Principal, assistantId: string): Promise<BotWithTools> {
    try {
      return await this.publicBots.get(admin, botIdOf(assistantId));
    } catch (error) {
      throw hasCode(error, 'NOT_FOUND') ? assistantNotFound() : error;
    }
  }
}

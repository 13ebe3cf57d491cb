import { listOptions, notFound, pagingResult, type PagingQuery, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { BotAccessService } from '../profile/bot-access.service.js';
import {
  mapFact,
  type AdminCreateBotFactRequestDto,
  type AdminCreateBotFactResponseDto,
  type AdminGetBotFactsResponseItemDtoPagingResult,
  type AdminUpdateBotFactRequestDto,
} from './bot-fact.dto.js';
import { BotFactsRepository, FACT_ORDER_FIELDS } from './bot-facts.repository.js';
import { BotsService } from '../profile/bots.service.js';

/** What a bot is told to know. The active facts join its prompt. */
@Injectable()
export class BotFactsService {
  constructor(
    private readonly facts: BotFactsRepository,
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
  ) {}

  async list(
    caller: Principal,
    botId: string,
    query: PagingQuery,
  ): Promise<AdminGetBotFactsResponseItemDtoPagingResult> {
    await this.access.requireContributor(caller, botId);
    const options = listOptions(query, FACT_ORDER_FIELDS, { field: 'createdUtc', direction: 'ASC' });
    const [facts, total] = await this.facts.list(botId, options);
    return pagingResult(query, facts.map(mapFact), total);
  }

  async create(
    caller: Principal,
    botId: string,
    dto: AdminCreateBotFactRequestDto,
  ): Promise<AdminCreateBotFactResponseDto> {
    await this.access.requireContributor(caller, botId);
    const now = new Date();
    const id = uuidv7();
    const { factText, isActive } = dto;
    await this.facts.insert({ id, botId, isActive: isActive ?? false, factText, createdAt: now, updatedAt: now });
    await this.profiles.changed(botId);
    return { botFactId: id };
  }

  async update(caller: Principal, botId: string, factId: string, dto: AdminUpdateBotFactRequestDto): Promise<void> {
    await this.access.requireContributor(caller, botId);
    const { factText, isActive } = dto;
    if (!(await this.facts.update(botId, factId, { isActive: isActive ?? false, factText })))
      throw notFound('The fact');
    await this.profiles.changed(botId);
  }

  async delete(caller: Principal, botId: string, factId: string): Promise<void> {
    await this.access.requireContributor(caller, botId);
    if (!(await this.facts.delete(botId, factId))) throw notFound('The fact');
    await this.profiles.changed(botId);
  }
}

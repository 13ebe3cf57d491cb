import type { ListOptions } from '@app/common';
import { Bot, isForeignKeyViolation, OpenAiService, findPage } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, Not, type Repository } from 'typeorm';

export type ServiceOrder = 'displayName' | 'isActive' | 'createdUtc';

const ORDER_EXPRESSION: Record<ServiceOrder, string> = {
  displayName: 'LOWER(service.displayName)',
  isActive: 'service.isActive',
  createdUtc: 'service.createdAt',
};

export type ServiceChanges = Partial<
  Pick<
    OpenAiService,
    | 'displayName'
    | 'isActive'
    | 'endpoint'
    | 'isAzure'
    | 'encryptedKey'
    | 'extraHeaders'
    | 'extraQuery'
    | 'entra'
    | 'dialect'
    | 'chosenDialect'
    | 'capabilities'
    | 'health'
    | 'defaultModel'
    | 'chosenModel'
    | 'maxConcurrency'
    | 'queueSeconds'
  >
>;

@Injectable()
export class OpenAiServicesRepository {
  constructor(
    @InjectRepository(OpenAiService) private readonly services: Repository<OpenAiService>,
    @InjectRepository(Bot) private readonly bots: Repository<Bot>,
  ) {}

  list(options: ListOptions<ServiceOrder>): Promise<[OpenAiService[], number]> {
    const query = this.services.createQueryBuilder('service');
    query.addSelect(ORDER_EXPRESSION[options.orderBy.field], 'sort_key');
    return findPage(query, options, { searched: ['service.displayName'], orderedBy: 'sort_key' });
  }

  find(id: string): Promise<OpenAiService | null> {
    return this.services.findOneBy({ id });
  }

  /** Every service, in the order of their names. */
  listAll(): Promise<OpenAiService[]> {
    return this.services.find({ order: { displayName: 'ASC', id: 'ASC' } });
  }

  async findNames(ids: string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const services = await this.services.find({ select: { id: true, displayName: true }, where: { id: In(ids) } });
    return new Map(services.map(({ id, displayName }) => [id, displayName]));
  }

  /** Whether there is any service but the demo. */
  hasReal(): Promise<boolean> {
    return this.services.existsBy({ isDemo: false });
  }

  async insert(service: OpenAiService): Promise<void> {
    await this.services.insert(service);
  }

  async update(id: string, changes: ServiceChanges, at: Date): Promise<void> {
    await this.services.update({ id }, { ...changes, updatedAt: at });
  }

  /** Names of the bots that name the service, or none for null, in their order. */
  async findBotsUsing(id: string | null, limit: number): Promise<string[]> {
    const bots = await this.bots.find({
      select: { displayName: true },
      where: { openAiServiceId: id ?? IsNull(), deletedAt: IsNull() },
      order: { displayName: 'ASC', id: 'ASC' },
      take: limit,
    });
    return bots.map(({ displayName }) => displayName);
  }

  /** Which service and model a bot names; null when there is no such bot. */
  findBotModel(botId: string): Promise<Pick<Bot, 'openAiServiceId' | 'modelName'> | null> {
    return this.bots.findOne({
      select: { openAiServiceId: true, modelName: true },
      where: { id: botId, deletedAt: IsNull() },
    });
  }

  /** A model that a bot of the service names; null when none does. */
  async findModelNamedByBot(id: string): Promise<string | null> {
    const bot = await this.bots.findOne({
      select: { modelName: true },
      where: { openAiServiceId: id, deletedAt: IsNull(), modelName: Not(IsNull()) },
      order: { displayName: 'ASC', id: 'ASC' },
    });
    return bot?.modelName ?? null;
  }

  /** False when a bot uses the service. */
  async delete(id: string): Promise<boolean> {
    try {
      await this.services.delete({ id });
      return true;
    } catch (error) {
      if (isForeignKeyViolation(error)) return false;
      throw error;
    }
  }
}

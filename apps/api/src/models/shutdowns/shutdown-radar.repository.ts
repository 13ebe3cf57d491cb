import { Bot, BotFallback, OpenAiService, ServiceProbe, type StoredModel } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, type Repository } from 'typeorm';
import { endpointOf } from '../probes/probe-record.js';

/** Which service and model a bot names. */
export type BotModel = Pick<Bot, 'openAiServiceId' | 'modelName'>;
export type NamedBot = BotModel & Pick<Bot, 'id' | 'displayName'>;

export interface ListedService {
  service: OpenAiService;
  /** As the service listed them last; empty when it never did. */
  models: StoredModel[];
  isListComplete: boolean;
}

@Injectable()
export class ShutdownRadarRepository {
  constructor(
    @InjectRepository(OpenAiService) private readonly services: Repository<OpenAiService>,
    @InjectRepository(ServiceProbe) private readonly probes: Repository<ServiceProbe>,
    @InjectRepository(Bot) private readonly bots: Repository<Bot>,
    @InjectRepository(BotFallback) private readonly fallbacks: Repository<BotFallback>,
  ) {}

  async findServices(): Promise<ListedService[]> {
    const probes = new Map((await this.probes.find()).map((probe) => [probe.serviceId, probe]));
    return (await this.services.find({ order: { displayName: 'ASC', id: 'ASC' } })).map((service) => {
      const probe = probes.get(service.id);
      const models = probe?.endpoint === endpointOf(service) ? probe.models : null;
      return { service, models: models ?? [], isListComplete: models !== null && probe!.isListComplete };
    });
  }

  /** A bot comes once for each service that it names. */
  async findBots(): Promise<NamedBot[]> {
    const bots = await this.bots.find({
      select: { id: true, displayName: true, openAiServiceId: true, modelName: true },
      // A start bot without a service of its own asks no model.
      where: [
        { deletedAt: IsNull(), isStartBot: false },
        { deletedAt: IsNull(), openAiServiceId: Not(IsNull()) },
      ],
      order: { displayName: 'ASC', id: 'ASC' },
    });
    const names = new Map(bots.map(({ id, displayName }) => [id, displayName]));
    const fallbacks = await this.fallbacks.find({ order: { botId: 'ASC', position: 'ASC' } });
    const further = fallbacks.flatMap(({ botId: id, serviceId: openAiServiceId, modelName }) => {
      const displayName = names.get(id);
      return displayName === undefined ? [] : [{ id, displayName, openAiServiceId, modelName }];
    });
    return [...bots, ...further];
  }
}

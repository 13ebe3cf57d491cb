import { Injectable } from '@nestjs/common';
import { CacheService } from '../../cache/index.js';
import { DefaultModelService } from '../defaults/default-model-service.service.js';
import { modelOf } from '../services/new-service.js';
import { daysLeft, endOf, levelOf, messageOf } from './model-shutdown.js';
import type { ModelShutdownDto } from './model-shutdown.dto.js';
import { ShutdownRadarRepository, type BotModel, type ListedService } from './shutdown-radar.repository.js';

const TTL_MS = 60_000;

/** The services with the models that they listed last. */
interface Lists {
  services: ReadonlyMap<string, ListedService>;
  defaultId: string | null;
}

interface Use {
  listed: ListedService;
  modelName: string;
}

/** Which models in use end soon, by the lists that services gave last and by announcements. No service is asked for it. */
@Injectable()
export class ShutdownRadarService {
  constructor(
    private readonly repository: ShutdownRadarRepository,
    private readonly defaults: DefaultModelService,
    private readonly cache: CacheService,
  ) {}

  /** Models of bots, and those that services have for bots that name none. The nearest end first. */
  async findAll(now = new Date()): Promise<ModelShutdownDto[]> {
    const [lists, bots] = await Promise.all([this.listed(), this.repository.findBots()]);
    const found = new Map<string, ModelShutdownDto | null>();
    const add = (use: Use | null): ModelShutdownDto | null => {
      if (use === null) return null;
      const key = `${use.listed.service.id} ${use.modelName}`;
      if (!found.has(key)) found.set(key, shutdownOf(use, now));
      return found.get(key)!;
    };
    for (const listed of lists.services.values()) add(ownUseOf(listed));
    for (const bot of bots) add(useOf(lists, bot))?.bots.push({ botId: bot.id, displayName: bot.displayName });
    return [...found.values()].filter((shutdown) => shutdown !== null).toSorted((a, b) => a.daysLeft - b.daysLeft);
  }

  async findOfService(serviceId: string): Promise<ModelShutdownDto[]> {
    return (await this.findAll()).filter(({ openAiServiceId }) => openAiServiceId === serviceId);
  }

  /** For each bot, what speaks against its model, in sentences: it ends soon, or its service does not list it. */
  async warningsOf(bots: BotModel[], now = new Date()): Promise<string[][]> {
    const lists = await this.listed();
    return bots.map((bot) => {
      const use = useOf(lists, bot);
      if (use === null) return [];
      const shutdown = shutdownOf(use, now);
      return [...(shutdown === null ? [] : [shutdown.message]), ...(isMissing(use) ? [missingOf(use)] : [])];
    });
  }

  private listed(): Promise<Lists> {
    return this.cache.remember('services', 'shutdowns', TTL_MS, async () => {
      const [services, defaultService] = await Promise.all([this.repository.findServices(), this.defaults.find()]);
      const byId = new Map(services.map((listed) => [listed.service.id, listed]));
      return { services: byId, defaultId: defaultService?.id ?? null };
    });
  }
}

function useOf({ services, defaultId }: Lists, { openAiServiceId, modelName }: BotModel): Use | null {
  const listed = services.get(openAiServiceId ?? defaultId ?? '');
  if (listed === undefined) return null;
  return modelName === null ? ownUseOf(listed) : demoless({ listed, modelName });
}

function ownUseOf(listed: ListedService): Use | null {
  const modelName = modelOf(listed.service);
  return modelName === null ? null : demoless({ listed, modelName });
}

/** The demo answers for every name. */
const demoless = (use: Use): Use | null => (use.listed.service.isDemo ? null : use);

function shutdownOf({ listed, modelName }: Use, now: Date): ModelShutdownDto | null {
  const { id, displayName } = listed.service;
  const end = endOf(
    modelName,
    listed.models.find((model) => model.id === modelName),
  );
  const days = end && daysLeft(end.shutdownDate, now);
  const level = days === null ? null : levelOf(days);
  if (end === null || days === null || level === null) return null;
  return {
    openAiServiceId: id,
    openAiService: displayName,
    modelName,
    ...end,
    daysLeft: days,
    level,
    message: messageOf(modelName, displayName, end, days),
    bots: [],
  };
}

/** Only a whole list says what is not there, and Azure lists models while it is asked for deployments. */
const isMissing = ({ listed: { service, models, isListComplete }, modelName }: Use): boolean =>
  isListComplete && models.length > 0 && !service.isAzure && !models.some(({ id }) => id === modelName);

const missingOf = ({ listed, modelName }: Use): string =>
  `The service ${listed.service.displayName} does not list the model ${modelName}: check its name, or probe the service again if it is new.`;

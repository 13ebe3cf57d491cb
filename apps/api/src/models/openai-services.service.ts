import { AppConfig, AppError, listOptions, notFound, pagingResult, type PagingQuery } from '@app/common';
import { isDuplicate, type OpenAiService } from '@app/database';
import { DEMO_MODEL, normaliseEndpoint, type Endpoint, type ProviderConnection } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { uuidv7 } from 'uuidv7';
import { CacheService } from '../cache/index.js';
import type { AppEvents } from '../events.js';
import {
  mapServiceItem,
  type AdminCreateOpenAiServiceRequestDto,
  type AdminGetOpenAiServiceResponseDto,
  type AdminGetOpenAiServicesResponseItemDtoPagingResult,
  type AdminUpdateOpenAiServiceRequestDto,
} from './openai-service.dto.js';
import { OpenAiServicesRepository, type ServiceChanges } from './openai-services.repository.js';
import { notReady, ServiceConnectionsService } from './service-connections.service.js';
import { ServiceProbesService } from './service-probes.service.js';

const TARGET_TTL_MS = 60_000;
const NAMED_BOTS = 10;
const OPENAI_BASE_URL = 'https://api.openai.com/v1';
/** Instances that start together must create one service: the first start's service has a known id. */
const FIRST_SERVICE_ID = '00000000-0000-7000-8000-000000000001';

type ServiceRow = Pick<OpenAiService, keyof OpenAiService>;

/** Where a bot's answers come from. */
export interface ServiceTarget {
  connection: ProviderConnection;
  /** For bots that name no model. */
  defaultModel: string | null;
}

/** The services that bots answer through: endpoints, keys, and what they can do. */
@Injectable()
export class OpenAiServicesService {
  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly connections: ServiceConnectionsService,
    private readonly probes: ServiceProbesService,
    private readonly cache: CacheService,
    private readonly events: EventEmitter2,
    private readonly config: AppConfig,
  ) {}

  /** How to reach the service. Throws BOT_NOT_READY when it is missing, switched off, or its key cannot be read. */
  async getTarget(serviceId: string): Promise<ServiceTarget> {
    return this.cache.remember('services', serviceId, TARGET_TTL_MS, async () => {
      await this.probes.settled(serviceId);
      const service = await this.services.find(serviceId);
      if (service === null) throw notReady('The service of the bot does not exist any more.');
      if (!service.isActive) throw notReady('The service of the bot is switched off.');
      return { connection: await this.connections.connect(service), defaultModel: service.defaultModel };
    });
  }

  /** The display names of services, by id. */
  getNames(ids: string[]): Promise<Map<string, string>> {
    return this.services.findNames([...new Set(ids)]);
  }

  async exists(serviceId: string): Promise<boolean> {
    return (await this.services.find(serviceId)) !== null;
  }

  async list(query: PagingQuery): Promise<AdminGetOpenAiServicesResponseItemDtoPagingResult> {
    const options = listOptions(query, ['displayName', 'isActive', 'createdUtc'], {
      field: 'displayName',
      direction: 'ASC',
    });
    const [services, total] = await this.services.list(options);
    return pagingResult(query, services.map(mapServiceItem), total);
  }

  async get(serviceId: string): Promise<AdminGetOpenAiServiceResponseDto> {
    const service = await this.find(serviceId);
    return {
      displayName: service.displayName,
      isActive: service.isActive,
      isAzureOpenAiSet: this.connections.isSet(service),
      azureOpenAiEndpoint: service.endpoint ?? '',
    };
  }

  async create(dto: AdminCreateOpenAiServiceRequestDto): Promise<string> {
    const service: ServiceRow = {
      ...emptyService(uuidv7()),
      displayName: dto.displayName.trim(),
      isActive: dto.isActive ?? false,
    };
    Object.assign(service, this.connectionChanges(service, dto));
    await this.services.insert(service);
    if (service.endpoint !== null) this.probes.start(service);
    return service.id;
  }

  async update(serviceId: string, dto: AdminUpdateOpenAiServiceRequestDto): Promise<void> {
    const service = await this.find(serviceId);
    const changes: ServiceChanges = {
      displayName: dto.displayName.trim(),
      isActive: dto.isActive ?? service.isActive,
      ...(dto.isUpdateOpenAi === true && this.connectionChanges(service, dto)),
    };
    await this.services.update(serviceId, changes, new Date());
    await this.changed(serviceId);
    const updated = { ...service, ...changes };
    if (dto.isUpdateOpenAi === true && updated.endpoint !== null) this.probes.start(updated);
  }

  /** A service that bots answer through is kept: SERVICE_IN_USE names them. */
  async delete(serviceId: string): Promise<void> {
    await this.find(serviceId);
    if (!(await this.services.delete(serviceId))) {
      const bots = await this.services.findBotsUsing(serviceId, NAMED_BOTS + 1);
      const names = bots.slice(0, NAMED_BOTS).join(', ') + (bots.length > NAMED_BOTS ? ' and others' : '');
      throw new AppError('SERVICE_IN_USE', { detail: `These bots answer through the service: ${names}.` });
    }
    await this.changed(serviceId);
  }

  /**
   * The service of the first start: a real one when the environment names one, else the demo. Any number of instances may call it at
   * once, they all get the same.
   */
  async ensureFirst(): Promise<string> {
    const { apiKey, baseUrl, model } = this.config.provider;
    const isReal = apiKey !== null || baseUrl !== null;
    const service: ServiceRow = {
      ...emptyService(FIRST_SERVICE_ID),
      displayName: isReal ? 'OpenAI' : 'Demo',
      isActive: true,
      isDemo: !isReal,
      defaultModel: isReal ? model : DEMO_MODEL,
    };
    if (isReal)
      Object.assign(
        service,
        this.connectionChanges(service, { azureOpenAiEndpoint: baseUrl ?? OPENAI_BASE_URL, azureOpenAiApiKey: apiKey }),
      );
    try {
      await this.services.insert(service);
      if (isReal) this.probes.start(service);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    return service.id;
  }

  private async find(serviceId: string): Promise<ServiceRow> {
    const service = await this.services.find(serviceId);
    if (service === null) throw notFound('The service');
    return service;
  }

  /** A field that was not sent stays. The key stays only while the origin does. */
  private connectionChanges(
    service: ServiceRow,
    dto: Pick<AdminCreateOpenAiServiceRequestDto, 'azureOpenAiEndpoint' | 'azureOpenAiApiKey'>,
  ): ServiceChanges {
    if (service.isDemo)
      throw new AppError('CONFLICT', { detail: 'The demo service has no endpoint to change: create another service.' });
    const given = dto.azureOpenAiEndpoint === undefined ? service.endpoint : dto.azureOpenAiEndpoint?.trim();
    const apiKey = dto.azureOpenAiApiKey ?? '';
    if (!given) {
      if (apiKey !== '') throw invalid('azureOpenAiEndpoint', 'azureOpenAiEndpoint is needed with azureOpenAiApiKey');
      return { ...NO_CONNECTION };
    }
    const { baseUrl, isAzure } = endpointOf(given);
    const isSameOrigin = service.endpoint !== null && new URL(service.endpoint).origin === new URL(baseUrl).origin;
    const kept = isSameOrigin ? service.encryptedKey : null;
    return {
      endpoint: baseUrl,
      isAzure,
      encryptedKey: apiKey === '' ? kept : this.connections.sealKey(service.id, baseUrl, apiKey),
      ...(baseUrl !== service.endpoint && {
        dialect: isAzure || baseUrl === OPENAI_BASE_URL ? 'responses' : 'chat_completions',
        capabilities: null,
        health: null,
      }),
    };
  }

  private async changed(serviceId: string): Promise<void> {
    await Promise.all([this.cache.forget('services', serviceId), this.cache.forget('models', serviceId)]);
    this.events.emit('service.changed', { serviceId } satisfies AppEvents['service.changed']);
  }
}

const NO_CONNECTION: ServiceChanges = {
  endpoint: null,
  isAzure: false,
  encryptedKey: null,
  dialect: 'chat_completions',
  capabilities: null,
  health: null,
};

function emptyService(id: string): ServiceRow {
  const now = new Date();
  return {
    id,
    displayName: '',
    isActive: false,
    endpoint: null,
    isAzure: false,
    isDemo: false,
    encryptedKey: null,
    dialect: 'chat_completions',
    capabilities: null,
    health: null,
    defaultModel: null,
    createdAt: now,
    updatedAt: now,
  };
}

function endpointOf(text: string): Endpoint {
  try {
    return normaliseEndpoint(text);
  } catch (error) {
    throw invalid('azureOpenAiEndpoint', (error as Error).message);
  }
}

const invalid = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });

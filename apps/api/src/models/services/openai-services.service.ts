import { listOptions, notFound, pagingResult, type PagingQuery } from '@app/common';
import type { OpenAiService } from '@app/database';
import {
  type AskedParameters,
  defaultCapabilities,
  OpenAiProvider,
  type ProviderConnection,
  type RefusedParameter,
} from '@app/openai';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { CacheService } from '../../cache/index.js';
import { DefaultModelService } from '../defaults/default-model-service.service.js';
import { emptyService, modelOf, type ServiceRow } from './new-service.js';
import type {
  AdminCreateOpenAiServiceRequestDto,
  AdminUpdateOpenAiServiceRequestDto,
} from './openai-service-request.dto.js';
import {
  mapServiceItem,
  type AdminGetOpenAiServiceResponseDto,
  type AdminGetOpenAiServicesResponseItemDtoPagingResult,
} from './openai-service.dto.js';
import { OpenAiServicesRepository, type ServiceChanges } from './openai-services.repository.js';
import { ServiceChangesService } from './service-changes.service.js';
import { notReady, ServiceConnectionsService } from '../connections/service-connections.service.js';
import type { ServicesHealthDto } from '../health/service-availability.dto.js';
import { ServiceHealthService } from '../health/service-health.service.js';
import { ServiceProbesService } from '../probes/service-probes.service.js';

const TARGET_TTL_MS = 60_000;
const DEFAULT = 'default';

/** Where a bot's answers come from. */
export interface ServiceTarget {
  serviceId: string;
  connection: ProviderConnection;
  /** For bots that name no model. */
  defaultModel: string | null;
  /** Grows when an administrator changes the service. */
  revision: number;
  /** How many calls each instance makes at once; null for any number. */
  maxConcurrency: number | null;
  /** How long a call waits for its place; null for the usual time. */
  queueMs: number | null;
}

/** The services that bots answer through: endpoints, keys, and what they can do. */
@Injectable()
export class OpenAiServicesService {
  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly defaults: DefaultModelService,
    private readonly connections: ServiceConnectionsService,
    private readonly probes: ServiceProbesService,
    private readonly changes: ServiceChangesService,
    private readonly cache: CacheService,
    private readonly provider: OpenAiProvider,
    private readonly health: ServiceHealthService,
  ) {}

  /**
   * How to reach the service, or the default one for null. Throws BOT_NOT_READY when it is missing, switched off, or its key cannot be
   * read.
   */
  getTarget(serviceId: string | null): Promise<ServiceTarget> {
    return this.cache.remember('services', serviceId ?? DEFAULT, TARGET_TTL_MS, async () => {
      const id = serviceId ?? (await this.defaults.find())?.id;
      if (id === undefined) throw notReady('The bot names no service, and there is no active one to be the default.');
      await this.probes.settled(id);
      const service = await this.services.find(id);
      if (service === null) throw notReady('The service of the bot does not exist any more.');
      if (!service.isActive) throw notReady('The service of the bot is switched off.');
      const connection = await this.connections.connect(service);
      const { maxConcurrency, queueSeconds } = service;
      return {
        serviceId: id,
        connection,
        defaultModel: modelOf(service),
        revision: service.updatedAt.getTime(),
        maxConcurrency,
        queueMs: queueSeconds === null ? null : queueSeconds * 1000,
      };
    });
  }

  /** The display names of services, by id; that of the default service by null. */
  async getNames(ids: (string | null)[]): Promise<Map<string | null, string>> {
    const names = new Map<string | null, string>(
      await this.services.findNames([...new Set(ids.filter((id) => id !== null))]),
    );
    if (ids.includes(null)) names.set(null, (await this.defaults.find())?.displayName ?? '');
    return names;
  }

  async exists(serviceId: string): Promise<boolean> {
    return (await this.services.find(serviceId)) !== null;
  }

  /**
   * What of these parameters the service, or the default one, is known not to take from the model. Empty where that is not certain: the last
   * probe has failed, or there was none.
   */
  async findRefused(
    serviceId: string | null,
    modelName: string | null,
    asked: AskedParameters,
  ): Promise<RefusedParameter[]> {
    const service = serviceId === null ? await this.defaults.find() : await this.services.find(serviceId);
    if (!service?.endpoint || service.health?.problem !== null) return [];
    const { endpoint: baseUrl, isAzure, dialect } = service;
    const capabilities = service.capabilities ?? defaultCapabilities();
    const model = modelName ?? modelOf(service) ?? '';
    return this.provider.refusalsOf(
      { connection: { baseUrl, isAzure, dialect, capabilities, apiKey: null }, model },
      asked,
    );
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

  /** How well every service works. */
  async getHealth(): Promise<ServicesHealthDto> {
    const services = await this.services.listAll();
    const health = await this.health.describe(services);
    return {
      services: services.map(({ id, displayName, isActive }) => ({
        openAiServiceId: id,
        displayName,
        isActive,
        ...health.get(id)!,
      })),
    };
  }

  async create(dto: AdminCreateOpenAiServiceRequestDto): Promise<string> {
    const empty = emptyService(uuidv7());
    const named = { ...empty, ...settingsOf(empty, dto) };
    const service = { ...named, ...this.connections.changesOf(named, dto) };
    await this.services.insert(service);
    await this.changes.publish(service.id);
    if (service.endpoint !== null) this.probes.start(service);
    return service.id;
  }

  /** True when the request has an endpoint or a key that it does not ask to store. */
  async update(serviceId: string, dto: AdminUpdateOpenAiServiceRequestDto): Promise<{ isConnectionIgnored: boolean }> {
    const service: ServiceRow = await this.find(serviceId);
    if (dto.isActive === false && service.isActive) await this.defaults.requireNotChosen(serviceId);
    const settings = settingsOf(service, dto);
    const isNewConnection = dto.isUpdateOpenAi === true;
    const updated = { ...service, ...settings };
    const connection = isNewConnection ? this.connections.changesOf(updated, dto) : {};
    await this.services.update(serviceId, { ...settings, ...connection }, new Date());
    await this.changes.publish(serviceId);
    Object.assign(updated, connection);
    const isProbed = isNewConnection || 'chosenDialect' in settings || 'chosenModel' in settings;
    if (isProbed && updated.endpoint !== null) this.probes.start(updated);
    return { isConnectionIgnored: !isNewConnection && this.connections.isOther(service, dto) };
  }

  /** A service that bots answer through is kept: SERVICE_IN_USE names them. */
  async delete(serviceId: string): Promise<void> {
    await this.find(serviceId);
    await this.defaults.requireUnused(serviceId);
    if (!(await this.services.delete(serviceId))) await this.defaults.requireNoBots(serviceId);
    await this.changes.publish(serviceId);
  }

  private async find(serviceId: string): Promise<OpenAiService> {
    const service = await this.services.find(serviceId);
    if (service === null) throw notFound('The service');
    return service;
  }
}

/** What the request says beside the connection. A choice that stays as it was is not there: it needs no other probe. */
function settingsOf(service: ServiceRow, dto: AdminCreateOpenAiServiceRequestDto): ServiceChanges {
  const chosenDialect = dto.dialect === undefined ? service.chosenDialect : dto.dialect === 'auto' ? null : dto.dialect;
  const chosenModel = dto.modelName === undefined ? service.chosenModel : dto.modelName?.trim() || null;
  const isOtherDialect = chosenDialect !== service.chosenDialect;
  return {
    displayName: dto.displayName.trim(),
    isActive: dto.isActive ?? service.isActive,
    ...(dto.maxConcurrency !== undefined && { maxConcurrency: dto.maxConcurrency }),
    ...(dto.queueSeconds !== undefined && { queueSeconds: dto.queueSeconds }),
    ...(isOtherDialect && { chosenDialect, capabilities: null, health: null }),
    ...(isOtherDialect && chosenDialect !== null && { dialect: chosenDialect }),
    ...(chosenModel !== service.chosenModel && { chosenModel }),
  };
}

import { databaseTime, AppError, notFound } from '@app/common';
import { type ErrorCode, type ModelDialect } from '@app/contracts';
import { USAGE_TYPE, type OpenAiService, type StoredHealth } from '@app/database';
import {
  emptyMatrix,
  flagsOf,
  OpenAiProvider,
  type AnswerWatch,
  type ProbeResult,
  type ProviderModel,
} from '@app/openai';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CallMeterService } from '../../accounting/index.js';
import { CacheService } from '../../cache/index.js';
import { mapHealth, type ServiceModelsDto, type ServiceProbeDto } from '../services/openai-service.dto.js';
import { OpenAiServicesRepository } from '../services/openai-services.repository.js';
import { listOf, recordOf, type ProbeRecord } from './probe-record.js';
import { mapMatrix, mapOldCapabilities, type ServiceMatrixDto } from './service-matrix.dto.js';
import { endOf } from '../shutdowns/model-shutdown.js';
import { ServiceProbesRepository, type ProbedService } from './service-probes.repository.js';
import { ServiceChangesService } from '../services/service-changes.service.js';
import { modelOf } from '../services/new-service.js';
import { ServiceConnectionsService } from '../connections/service-connections.service.js';

const MODELS_TTL_MS = 300_000;
const MODELS_LIMIT_MS = 15_000;
/** A probe is made for no bot and no person. */
const PURPOSE = { turnId: null, botId: '', userKey: '', channel: null, usageType: USAGE_TYPE.probe };

/** Finds out what services speak and honour: after each change of a connection in the background, and on demand. */
@Injectable()
export class ServiceProbesService implements OnModuleDestroy {
  private readonly logger = new Logger(ServiceProbesService.name);
  private readonly running = new Map<string, Promise<void>>();
  private isEnding = false;

  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly records: ServiceProbesRepository,
    private readonly connections: ServiceConnectionsService,
    private readonly provider: OpenAiProvider,
    private readonly meter: CallMeterService,
    private readonly changes: ServiceChangesService,
    private readonly cache: CacheService,
  ) {}

  /** Probes in the background; {@link settled} waits for the outcome. A service without a list is asked for the named model. */
  start(service: OpenAiService, namedModel: string | null = null): void {
    const before = this.running.get(service.id) ?? Promise.resolve();
    const run = before
      .then(() => this.run(service, namedModel))
      .then(
        () => undefined,
        (error: unknown) => this.logger.warn(`The probe of service ${service.id} failed: ${(error as Error).message}`),
      )
      .finally(() => {
        if (this.running.get(service.id) === run) this.running.delete(service.id);
      });
    this.running.set(service.id, run);
  }

  /** Resolves when no probe of the service runs on this instance. A probe ends within its limit. */
  async settled(serviceId: string): Promise<void> {
    await this.running.get(serviceId);
  }

  /** What is known of the service, line by line; null before its first probe. */
  async getMatrix(service: OpenAiService): Promise<ServiceMatrixDto | null> {
    const record = await this.records.find(service);
    return record === null ? mapOldCapabilities(service) : mapMatrix(record);
  }

  async probe(serviceId: string): Promise<ServiceProbeDto> {
    const service = await this.services.find(serviceId);
    if (service === null) throw notFound('The service');
    return this.run(service);
  }

  /**
   * Probes as a matter of routine, in the dialect that is spoken: another one is only tried when the service refuses that, so that a failure
   * that passes changes nothing.
   */
  async repeat(service: OpenAiService): Promise<void> {
    const before = await this.records.find(service);
    const spoken = before?.dialect ?? null;
    if (spoken !== null) {
      const result = await this.ask(service, before?.model ?? null, [spoken]);
      if (result.problem?.code !== 'PROVIDER_REQUEST_REJECTED') return void (await this.keep(service, result, before));
    }
    await this.run(service);
  }

  /** The models that the service lists. Throws the provider's problem when it cannot be asked. */
  listModels(serviceId: string): Promise<ServiceModelsDto> {
    return this.cache.remember('models', serviceId, MODELS_TTL_MS, async () => {
      const service = await this.services.find(serviceId);
      if (service === null) throw notFound('The service');
      const connection = await this.connections.connect(service);
      const list = await this.provider.listModels(connection, AbortSignal.timeout(MODELS_LIMIT_MS));
      await this.records.storeList(service, listOf(list, databaseTime()));
      return { models: list.models.map(mapModel) };
    });
  }

  onModuleDestroy(): void {
    this.isEnding = true;
  }

  private async run(service: OpenAiService, namedModel: string | null = null): Promise<ServiceProbeDto> {
    return this.keep(service, await this.ask(service, namedModel), await this.records.find(service));
  }

  private async keep(
    service: OpenAiService,
    result: ProbeResult,
    before: ProbeRecord | null,
  ): Promise<ServiceProbeDto> {
    const record = recordOf(service, result, before, databaseTime());
    const found = {
      dialect: result.dialect ?? service.dialect,
      capabilities:
        result.dialect === null
          ? service.capabilities
          : { ...result.capabilities, ...flagsOf(record.matrix.capabilities) },
      health: healthOf(result),
      defaultModel: modelOf(service) === null ? result.probedModel : service.defaultModel,
    };
    // What is found while the server goes down says nothing about the service.
    if (!this.isEnding) {
      await this.store(service, found, record);
      await this.changes.publish(service.id);
    }
    return Object.assign(mapHealth(found.health, found), { matrix: mapMatrix(record) });
  }

  /** A key that was only sealed again is the same key. */
  private async store(service: OpenAiService, found: ProbedService, record: ProbeRecord): Promise<void> {
    if (await this.records.store(service, found, record)) return;
    const now = await this.services.find(service.id);
    if (now !== null && this.connections.isSame(service, now)) await this.records.store(now, found, record);
  }

  /** The calls are in the ledger when this returns, except those of the demo. */
  private async ask(
    service: OpenAiService,
    namedModel: string | null,
    dialects: ModelDialect[] | undefined = service.chosenDialect === null ? undefined : [service.chosenDialect],
  ): Promise<ProbeResult> {
    if (service.isDemo) return this.speak(service, namedModel, dialects);
    const { watch, settle } = await this.meter.follow({ ...PURPOSE, serviceId: service.id });
    const result = await this.speak(service, namedModel, dialects, watch);
    await settle();
    return result;
  }

  private async speak(
    service: OpenAiService,
    namedModel: string | null,
    dialects: ModelDialect[] | undefined,
    watch?: AnswerWatch,
  ): Promise<ProbeResult> {
    try {
      const connection = await this.connections.connect(service);
      const found = await this.provider.probe(connection, modelOf(service), dialects, watch);
      if (found.probedModel !== null || !found.reachable) return found;
      // Not every service lists its models.
      const named = namedModel ?? (await this.services.findModelNamedByBot(service.id));
      return named === null ? found : await this.provider.probe(connection, named, dialects, watch);
    } catch (error) {
      return { ...NOTHING_FOUND, problem: this.problemOf(service, error) };
    }
  }

  private problemOf(service: OpenAiService, error: unknown): StoredHealth['problem'] {
    if (this.connections.keyStatusOf(service) === 'undecryptable')
      return { code: 'undecryptable', detail: 'The key was stored with another encryption key. Enter it again.' };
    if (error instanceof AppError) return { code: error.code, detail: error.message };
    return { code: 'PROVIDER_UNREACHABLE' satisfies ErrorCode, detail: 'The model service did not answer the probe.' };
  }
}

const NOTHING_FOUND: ProbeResult = {
  reachable: false,
  dialect: null,
  capabilities: { streaming: false, streamingUsage: false, tools: false, jsonSchema: false, images: false },
  matrix: emptyMatrix(),
  list: null,
  probedModel: null,
  latencyMs: null,
  problem: null,
};

const healthOf = ({ reachable, latencyMs, problem }: ProbeResult): StoredHealth => ({
  checkedAt: databaseTime().toISOString(),
  reachable,
  latencyMs: latencyMs === null ? null : Math.round(latencyMs),
  problem,
});

const mapModel = (model: ProviderModel): ProviderModel => ({
  ...model,
  shutdownDate: endOf(model.id, model)?.shutdownDate ?? null,
});

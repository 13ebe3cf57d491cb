import { AppConfig } from '@app/common';
import { isDuplicate } from '@app/database';
import { DEMO_MODEL } from '@app/openai';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DefaultModelService } from './default-model-service.service.js';
import { emptyService, modelOf, type ServiceRow } from '../services/new-service.js';
import { OpenAiServicesRepository, type ServiceChanges } from '../services/openai-services.repository.js';
import { ServiceChangesService } from '../services/service-changes.service.js';
import { OPENAI_BASE_URL, ServiceConnectionsService } from '../connections/service-connections.service.js';
import { ServiceProbesService } from '../probes/service-probes.service.js';

/** Instances that start together must create one service: those of the environment have known ids. */
const FIRST_SERVICE_ID = '00000000-0000-7000-8000-000000000001';
const AFTER_DEMO_ID = '00000000-0000-7000-8000-000000000002';

/** The service that the environment names: `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_MODEL`. Without them the demo answers. */
@Injectable()
export class FirstModelService implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstModelService.name);

  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly defaults: DefaultModelService,
    private readonly connections: ServiceConnectionsService,
    private readonly probes: ServiceProbesService,
    private readonly changes: ServiceChangesService,
    private readonly config: AppConfig,
  ) {}

  /** The service of the first start. Any number of instances may call it at once. */
  async ensure(): Promise<void> {
    await this.insert(this.isNamed ? this.namedService(FIRST_SERVICE_ID) : demoService());
  }

  /** Settings that came after the first start take effect where nothing else has been chosen since. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.isNamed) return;
    const first = await this.services.find(FIRST_SERVICE_ID);
    if (first === null) return;
    if (first.isDemo && !(await this.services.hasReal())) return this.replaceDemo();
    const named = first.isDemo ? await this.services.find(AFTER_DEMO_ID) : first;
    if (named !== null) await this.adoptSettings(named);
  }

  private get isNamed(): boolean {
    const { apiKey, baseUrl } = this.config.provider;
    return apiKey !== null || baseUrl !== null;
  }

  /** The demo was the default for want of another service. */
  private async replaceDemo(): Promise<void> {
    await this.insert(this.namedService(AFTER_DEMO_ID));
    await this.defaults.choose(AFTER_DEMO_ID);
  }

  private async adoptSettings(service: ServiceRow): Promise<void> {
    const { apiKey, model } = this.config.provider;
    const changes: ServiceChanges = {};
    if (model !== null && model !== service.defaultModel) changes.defaultModel = model;
    const isSameEndpoint = this.namedService(service.id).endpoint === service.endpoint;
    if (apiKey !== null && service.encryptedKey === null && isSameEndpoint)
      changes.encryptedKey = this.connections.sealKey(service.id, service.endpoint!, apiKey);
    const adopted = { ...service, ...changes };
    if (Object.keys(changes).length > 0) {
      await this.services.update(service.id, changes, new Date());
      await this.changes.publish(service.id);
    } else if (modelOf(adopted) !== null) return;
    this.probe(adopted);
  }

  private async insert(service: ServiceRow): Promise<void> {
    try {
      await this.services.insert(service);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return;
    }
    await this.changes.publish(service.id);
    if (!service.isDemo) this.probe(service);
  }

  private probe(service: ServiceRow): void {
    this.probes.start(service);
    void this.askForModel(service.id).catch((error: unknown) => this.logger.warn((error as Error).message));
  }

  private async askForModel(serviceId: string): Promise<void> {
    await this.probes.settled(serviceId);
    const service = await this.services.find(serviceId);
    if (service === null || modelOf(service) !== null) return;
    const reason = service.health?.problem?.detail ?? 'It has not been probed yet.';
    this.logger.warn(
      `The service "${service.displayName}" has no model, so its bots cannot answer: set OPENAI_MODEL. ${reason}`,
    );
  }

  private namedService(id: string): ServiceRow {
    const { apiKey, baseUrl, model } = this.config.provider;
    const service = { ...emptyService(id), displayName: 'OpenAI', isActive: true, defaultModel: model };
    const connection = { azureOpenAiEndpoint: baseUrl ?? OPENAI_BASE_URL, azureOpenAiApiKey: apiKey };
    return { ...service, ...this.connections.changesOf(service, connection) };
  }
}

const demoService = (): ServiceRow => ({
  ...emptyService(FIRST_SERVICE_ID),
  displayName: 'Demo',
  isActive: true,
  isDemo: true,
  defaultModel: DEMO_MODEL,
});

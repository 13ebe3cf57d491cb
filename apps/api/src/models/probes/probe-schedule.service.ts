import { databaseTime, AppConfig, WorkLoop } from '@app/common';
import { JobLeasesRepository, type OpenAiService } from '@app/database';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { AppEvents } from '../../events.js';
import { DefaultModelService } from '../defaults/default-model-service.service.js';
import { OpenAiServicesRepository } from '../services/openai-services.repository.js';
import { ServiceProbesRepository } from './service-probes.repository.js';
import { ServiceProbesService } from './service-probes.service.js';

const CHECK_EVERY_MS = 600_000;
/** Longer than one probe takes. */
const LEASE_MS = 120_000;
const LEASE = 'lease:service-probes';
/** Services that were made together are not probed together: each comes up to this share of the interval early. */
const SPREAD = 0.1;

/** Probes every active service once in `PROBE_INTERVAL_HOURS`, on one instance at a time, and services that a bot tells a model of. */
@Injectable()
export class ProbeScheduleService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop = new WorkLoop('Probing the model services', CHECK_EVERY_MS, () => this.runOnOneInstance());

  constructor(
    private readonly config: AppConfig,
    private readonly leases: JobLeasesRepository,
    private readonly records: ServiceProbesRepository,
    private readonly services: OpenAiServicesRepository,
    private readonly defaults: DefaultModelService,
    private readonly probes: ServiceProbesService,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.provider.probeIntervalMs > 0) this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Probes the services whose last probe is too old at this time, one after the other. Returns how many. */
  async probeDue(now: Date): Promise<number> {
    let probed = 0;
    for (const { service, probe } of await this.records.findProbeable()) {
      if (probe !== null && now.getTime() < probe.probedAt.getTime() + this.intervalOf(service)) continue;
      await this.leases.extend(LEASE, LEASE_MS);
      await this.probes.repeat(service);
      probed++;
    }
    return probed;
  }

  /** A service without a list of models can be probed once a bot names one. */
  @OnEvent('bot.changed')
  async onBotChanged({ botId }: AppEvents['bot.changed']): Promise<void> {
    const bot = await this.services.findBotModel(botId);
    if (bot === null || bot.modelName === null) return;
    const { openAiServiceId: id } = bot;
    const service = id === null ? await this.defaults.find() : await this.services.find(id);
    if (service === null || service.isDemo || service.endpoint === null) return;
    if (service.health?.problem?.code === 'PROVIDER_MODEL_NOT_FOUND') this.probes.start(service, bot.modelName);
  }

  private async runOnOneInstance(): Promise<void> {
    if (!(await this.leases.acquire(LEASE, LEASE_MS))) return;
    try {
      await this.probeDue(databaseTime());
    } finally {
      await this.leases.release(LEASE);
    }
  }

  private intervalOf({ id }: OpenAiService): number {
    const share = Number.parseInt(id.slice(-4), 16) / 0x1_00_00;
    return this.config.provider.probeIntervalMs * (1 - SPREAD * share);
  }
}

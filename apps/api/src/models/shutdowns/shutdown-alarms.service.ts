import { MetricsRegistry, WorkLoop } from '@app/common';
import { JobLeasesRepository } from '@app/database';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ShutdownRadarService } from './shutdown-radar.service.js';

const CHECK_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** It is not released: no instance says it again on the same day. */
const LEASE = 'lease:model-shutdowns';
const MOST_SERIES = 100;

/** Tells operators of models in use that end soon: once a day in the log of one instance, and as a metric. */
@Injectable()
export class ShutdownAlarmsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ShutdownAlarmsService.name);
  private readonly loop = new WorkLoop('Looking for models that end', CHECK_EVERY_MS, async () => {
    await this.sayOnceADay();
  });

  constructor(
    private readonly radar: ShutdownRadarService,
    private readonly leases: JobLeasesRepository,
    metrics: MetricsRegistry,
  ) {
    metrics.labelledGauge(
      'model_shutdown_days',
      'Days until a model in use ends; negative once it has. Models without a near end are missing.',
      ['service', 'model'],
      async () =>
        (await this.radar.findAll()).slice(0, MOST_SERIES).map(({ openAiService, modelName, daysLeft }) => ({
          labels: { service: openAiService, model: modelName },
          value: daysLeft,
        })),
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Returns how many warnings were logged: none when an instance has done so within a day. */
  async sayOnceADay(): Promise<number> {
    const shutdowns = await this.radar.findAll();
    if (shutdowns.length === 0 || !(await this.leases.acquire(LEASE, DAY_MS))) return 0;
    for (const { message, level, daysLeft, bots } of shutdowns)
      this.logger.warn({ level, daysLeft, bots: bots.length }, message);
    return shutdowns.length;
  }
}

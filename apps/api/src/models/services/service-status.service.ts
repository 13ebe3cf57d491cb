import { notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ServiceConnectionsService } from '../connections/service-connections.service.js';
import { DefaultModelService } from '../defaults/default-model-service.service.js';
import { ServiceHealthService } from '../health/service-health.service.js';
import { ServiceProbesService } from '../probes/service-probes.service.js';
import { ShutdownRadarService } from '../shutdowns/shutdown-radar.service.js';
import { mapStatus, type ServiceStatusDto } from './openai-service.dto.js';
import { OpenAiServicesRepository } from './openai-services.repository.js';

/** What is known of a service beside its settings. */
@Injectable()
export class ServiceStatusService {
  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly defaults: DefaultModelService,
    private readonly connections: ServiceConnectionsService,
    private readonly probes: ServiceProbesService,
    private readonly radar: ShutdownRadarService,
    private readonly health: ServiceHealthService,
  ) {}

  async get(serviceId: string): Promise<ServiceStatusDto> {
    const service = await this.services.find(serviceId);
    if (service === null) throw notFound('The service');
    const [defaultService, matrix, shutdowns, health] = await Promise.all([
      this.defaults.find(),
      this.probes.getMatrix(service),
      this.radar.findOfService(serviceId),
      this.health.describe([service]),
    ]);
    const isDefault = defaultService?.id === serviceId;
    const availability = health.get(serviceId)!;
    const keyStatus = this.connections.keyStatusOf(service);
    return mapStatus(service, { isDefault, matrix, shutdowns, availability, keyStatus });
  }
}

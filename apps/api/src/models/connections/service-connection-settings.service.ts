import { AppError, notFound } from '@app/common';
import type { OpenAiService } from '@app/database';
import { Injectable } from '@nestjs/common';
import { ServiceProbesService } from '../probes/service-probes.service.js';
import type { ServiceRow } from '../services/new-service.js';
import { OpenAiServicesRepository } from '../services/openai-services.repository.js';
import { ServiceChangesService } from '../services/service-changes.service.js';
import { ConnectionExtrasService } from './connection-extras.service.js';
import type { ServiceConnectionDto, UpdateServiceConnectionRequestDto } from './service-connection.dto.js';

/** What administrators set of a service's connection beside its endpoint and key. */
@Injectable()
export class ServiceConnectionSettingsService {
  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly extras: ConnectionExtrasService,
    private readonly changes: ServiceChangesService,
    private readonly probes: ServiceProbesService,
  ) {}

  async get(serviceId: string): Promise<ServiceConnectionDto> {
    return this.extras.show(await this.find(serviceId));
  }

  /** Throws CONFLICT for a service that has no endpoint which secrets could belong to. The service is probed in the background. */
  async update(serviceId: string, dto: UpdateServiceConnectionRequestDto): Promise<void> {
    const service: ServiceRow = await this.find(serviceId);
    if (service.isDemo) throw new AppError('CONFLICT', { detail: 'The demo service has no connection to change.' });
    if (service.endpoint === null) throw new AppError('CONFLICT', { detail: 'The service has no endpoint yet.' });
    const changes = this.extras.changesOf(service, dto);
    if (Object.keys(changes).length === 0) return;
    await this.services.update(serviceId, changes, new Date());
    await this.changes.publish(serviceId);
    this.probes.start({ ...service, ...changes });
  }

  private async find(serviceId: string): Promise<OpenAiService> {
    const service = await this.services.find(serviceId);
    if (service === null) throw notFound('The service');
    return service;
  }
}

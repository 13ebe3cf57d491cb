import { OpenAiService, ServiceProbe } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, type Repository } from 'typeorm';
import { endpointOf, type ProbeRecord } from './probe-record.js';

/** What a probe changes in the service itself. */
export type ProbedService = Pick<OpenAiService, 'dialect' | 'capabilities' | 'health' | 'defaultModel'>;

@Injectable()
export class ServiceProbesRepository {
  constructor(
    @InjectRepository(ServiceProbe) private readonly probes: Repository<ServiceProbe>,
    @InjectRepository(OpenAiService) private readonly services: Repository<OpenAiService>,
  ) {}

  /** What is known of the service at its present endpoint. */
  async find(service: OpenAiService): Promise<ProbeRecord | null> {
    const probe = await this.probes.findOneBy({ serviceId: service.id });
    return probe?.endpoint === endpointOf(service) ? probe : null;
  }

  /** Stores what a probe found. False when the connection it spoke to has been changed meanwhile. */
  async store(probed: OpenAiService, found: ProbedService, record: ProbeRecord): Promise<boolean> {
    const same = {
      id: probed.id,
      endpoint: probed.endpoint ?? IsNull(),
      encryptedKey: probed.encryptedKey ?? IsNull(),
      chosenDialect: probed.chosenDialect ?? IsNull(),
    };
    return this.probes.manager.transaction(async (tx) => {
      const { affected } = await tx.update(OpenAiService, same, found);
      if (affected === 1) await tx.upsert(ServiceProbe, record, ['serviceId']);
      return affected === 1;
    });
  }

  /** Remembers a list of models that was asked for without a probe. */
  async storeList(service: OpenAiService, list: Pick<ProbeRecord, 'models' | 'isListComplete' | 'listedAt'>) {
    await this.probes.update({ serviceId: service.id, endpoint: endpointOf(service) }, list);
  }

  /** Services that can be probed: active, with an endpoint, and not the demo; with what is known of them. */
  async findProbeable(): Promise<{ service: OpenAiService; probe: ProbeRecord | null }[]> {
    const services = await this.services.find({
      where: { isActive: true, isDemo: false, endpoint: Not(IsNull()) },
      order: { id: 'ASC' },
    });
    const probes = new Map((await this.probes.find()).map((probe) => [probe.serviceId, probe]));
    return services.map((service) => {
      const probe = probes.get(service.id);
      return { service, probe: probe?.endpoint === endpointOf(service) ? probe : null };
    });
  }
}

import type { ModelCapability } from '@app/contracts';
import type { OpenAiService } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DefaultModelService } from '../defaults/default-model-service.service.js';
import { modelOf } from '../services/new-service.js';
import { OpenAiServicesRepository } from '../services/openai-services.repository.js';
import type { BotModel } from '../shutdowns/shutdown-radar.repository.js';
import { ServiceProbesRepository } from './service-probes.repository.js';

/** What a service is known not to support. */
export interface Lack {
  /** Its display name. */
  service: string;
  /** What it said, without secrets. */
  reason: string | null;
}

type Flag = Extract<ModelCapability, keyof NonNullable<OpenAiService['capabilities']>>;

/** What probes found for the model of a bot. */
@Injectable()
export class ServiceSupportService {
  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly defaults: DefaultModelService,
    private readonly records: ServiceProbesRepository,
  ) {}

  /** Null when the service, or the default one, supports it, or when that is not certain: other models than the probed one may differ. */
  async findLack({ openAiServiceId: id, modelName }: BotModel, capability: Flag): Promise<Lack | null> {
    const service = id === null ? await this.defaults.find() : await this.services.find(id);
    if (service === null || service.isDemo) return null;
    const record = await this.records.find(service);
    const probedModel = record?.model ?? modelOf(service);
    if ((modelName ?? modelOf(service)) !== probedModel) return null;
    const finding = record?.matrix.capabilities[capability];
    // Without a matrix, an earlier version of the server has probed it.
    const isLacking = finding ? finding.support === 'no' : service.capabilities?.[capability] === false;
    return isLacking ? { service: service.displayName, reason: finding?.reason ?? null } : null;
  }
}

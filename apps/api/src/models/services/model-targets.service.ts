import { AppError } from '@app/common';
import { Injectable } from '@nestjs/common';
import type { ModelTarget } from '../calls/model-call.js';
import { notReady } from '../connections/service-connections.service.js';
import { DefaultModelService } from '../defaults/default-model-service.service.js';
import { ServiceHealthService, type ServiceAvailability } from '../health/service-health.service.js';
import { OpenAiServicesRepository } from './openai-services.repository.js';
import { OpenAiServicesService } from './openai-services.service.js';

/** A service and a model of it, as a bot names them; null for the default service, and for the service's own model. */
export interface ServiceChoice {
  serviceId: string | null;
  modelName: string | null;
}

export interface ModelTargets {
  /** In order; at least one. */
  targets: readonly [ModelTarget, ...ModelTarget[]];
  /** What is left out, and why. */
  unusable: readonly { serviceId: string | null; detail: string }[];
}

/** What an administrator sees of a choice. */
export interface DescribedChoice {
  /** Null when the bot names no service and there is no default. */
  serviceId: string | null;
  displayName: string;
  model: string | null;
  /** Why it is left out. */
  problem: string | null;
  availability: ServiceAvailability | null;
}

/** Where a bot's answers can come from: the services that it names, in their order. */
@Injectable()
export class ModelTargetsService {
  constructor(
    private readonly services: OpenAiServicesService,
    private readonly repository: OpenAiServicesRepository,
    private readonly defaults: DefaultModelService,
    private readonly health: ServiceHealthService,
  ) {}

  /** Leaves out services that are gone, switched off or without a readable key. Throws BOT_NOT_READY, for the first, when none is left. */
  async find(choices: readonly ServiceChoice[]): Promise<ModelTargets> {
    const targets: ModelTarget[] = [];
    const unusable: { serviceId: string | null; detail: string; error: AppError }[] = [];
    for (const choice of choices) {
      try {
        const target = await this.findOne(choice);
        // The default service may be named as well.
        if (targets.every(({ serviceId }) => serviceId !== target.serviceId)) targets.push(target);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        unusable.push({ serviceId: choice.serviceId, detail: error.message, error });
      }
    }
    const [first, ...others] = targets;
    if (first === undefined) throw unusable[0]!.error;
    return { targets: [first, ...others], unusable: unusable.map(({ serviceId, detail }) => ({ serviceId, detail })) };
  }

  /** The same for an administrator, with the health of each. */
  describe(choices: readonly ServiceChoice[]): Promise<DescribedChoice[]> {
    return Promise.all(
      choices.map(async (choice) => {
        const { serviceId, modelName } = choice;
        const service = serviceId === null ? await this.defaults.find() : await this.repository.find(serviceId);
        const found = await this.findOne(choice).catch((error: unknown) => error);
        const health = service === null ? null : await this.health.describe([service]);
        return {
          serviceId: service?.id ?? serviceId,
          displayName: service?.displayName ?? '',
          model: found instanceof Error ? modelName : (found as ModelTarget).model,
          problem: found instanceof Error ? found.message : null,
          availability: (service && health?.get(service.id)) ?? null,
        };
      }),
    );
  }

  private async findOne({ serviceId, modelName }: ServiceChoice): Promise<ModelTarget> {
    const target = await this.services.getTarget(serviceId);
    const model = modelName ?? target.defaultModel;
    if (model === null)
      throw notReady('Neither the bot nor its service names a model. Name one in either of them, or set OPENAI_MODEL.');
    return { ...target, model };
  }
}

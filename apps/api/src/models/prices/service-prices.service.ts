import { notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { mapPrices, type ModelPricesDto } from '../services/openai-service.dto.js';
import { OpenAiServicesRepository } from '../services/openai-services.repository.js';
import { PricesRepository } from './prices.repository.js';

/** What the models of a service cost. A model without a price is used all the same; its use is `unpriced`. */
@Injectable()
export class ServicePricesService {
  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly prices: PricesRepository,
  ) {}

  async get(serviceId: string): Promise<ModelPricesDto> {
    await this.requireService(serviceId);
    return mapPrices(await this.prices.listOfService(serviceId));
  }

  /** Replaces all prices of the service. What has been used before keeps its cost. */
  async replace(serviceId: string, { prices }: ModelPricesDto): Promise<void> {
    await this.requireService(serviceId);
    const updatedAt = new Date();
    await this.prices.replaceOfService(
      serviceId,
      prices.map(({ model, inputNano, cachedNano, outputNano }) => ({
        model,
        inputNano,
        cachedNano,
        outputNano,
        updatedAt,
      })),
    );
  }

  private async requireService(serviceId: string): Promise<void> {
    if ((await this.services.find(serviceId)) === null) throw notFound('The service');
  }
}

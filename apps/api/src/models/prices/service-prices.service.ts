import { notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { PriceBookService } from '../../accounting/index.js';
import { mapPrices, type ModelPricesDto } from '../services/openai-service.dto.js';
import { OpenAiServicesRepository } from '../services/openai-services.repository.js';

/** The book's prices are those of a million tokens. */
const TOKENS = 1_000_000;

/**
 * What the models of one service cost, for a token each: a simple view of the price book. A model without a price is used all the same; its
 * use is `unpriced`.
 */
@Injectable()
export class ServicePricesService {
  constructor(
    private readonly services: OpenAiServicesRepository,
    private readonly book: PriceBookService,
  ) {}

  /** The prices that are valid now. */
  async get(serviceId: string): Promise<ModelPricesDto> {
    await this.requireService(serviceId);
    return mapPrices(await this.book.listOfService(serviceId), TOKENS);
  }

  /** Replaces all prices of the service. What has been used before keeps its cost. */
  async replace(serviceId: string, { prices }: ModelPricesDto): Promise<void> {
    await this.requireService(serviceId);
    const forMany = (nano: number): number => Math.round(nano * TOKENS);
    await this.book.replaceOfService(
      serviceId,
      prices.map(({ model, inputNano, cachedNano, outputNano }) => ({
        model,
        inputNano: forMany(inputNano),
        cachedNano: forMany(cachedNano),
        cacheWriteNano: forMany(inputNano),
        outputNano: forMany(outputNano),
      })),
    );
  }

  private async requireService(serviceId: string): Promise<void> {
    if ((await this.services.find(serviceId)) === null) throw notFound('The service');
  }
}

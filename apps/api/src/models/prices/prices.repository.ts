import { Price } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';

@Injectable()
export class PricesRepository {
  constructor(@InjectRepository(Price) private readonly prices: Repository<Price>) {}

  listOfService(serviceId: string): Promise<Price[]> {
    return this.prices.find({ where: { serviceId }, order: { model: 'ASC' } });
  }

  async replaceOfService(serviceId: string, prices: Omit<Price, 'serviceId'>[]): Promise<void> {
    await this.prices.manager.transaction(async (tx) => {
      await tx.delete(Price, { serviceId });
      if (prices.length > 0)
        await tx.insert(
          Price,
          prices.map((price) => ({ ...price, serviceId })),
        );
    });
  }
}

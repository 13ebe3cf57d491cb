import { Injectable } from '@nestjs/common';
import { CacheService } from '../../cache/index.js';

/** To be called after every write to a service. */
@Injectable()
export class ServiceChangesService {
  constructor(private readonly cache: CacheService) {}

  /** Which service is the default may have changed as well. */
  async publish(serviceId: string): Promise<void> {
    await Promise.all([
      this.cache.forget('services'),
      this.cache.forget('models', serviceId),
      // The default prices apply by the host of the service.
      this.cache.forget('prices'),
    ]);
  }
}

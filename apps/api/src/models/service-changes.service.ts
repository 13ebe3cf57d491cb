import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { CacheService } from '../cache/index.js';
import type { AppEvents } from '../events.js';

/** Announces that something about a service has been written. */
@Injectable()
export class ServiceChangesService {
  constructor(
    private readonly cache: CacheService,
    private readonly events: EventEmitter2,
  ) {}

  /** Which service is the default may have changed as well. */
  async publish(serviceId: string): Promise<void> {
    await Promise.all([this.cache.forget('services'), this.cache.forget('models', serviceId)]);
    this.events.emit('service.changed', { serviceId } satisfies AppEvents['service.changed']);
  }
}

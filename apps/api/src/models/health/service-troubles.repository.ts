import { OpenAiService, ServiceTrouble } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, MoreThan, Not, type Repository } from 'typeorm';

export type WatchedService = Pick<OpenAiService, 'id' | 'displayName' | 'isActive' | 'health' | 'updatedAt'>;

export type Trouble = Pick<ServiceTrouble, 'serviceId' | 'state' | 'code' | 'since'>;

/** What instances find wrong with services. */
@Injectable()
export class ServiceTroublesRepository {
  constructor(
    @InjectRepository(OpenAiService) private readonly services: Repository<OpenAiService>,
    @InjectRepository(ServiceTrouble) private readonly troubles: Repository<ServiceTrouble>,
  ) {}

  listServices(): Promise<WatchedService[]> {
    return this.services.find({
      select: { id: true, displayName: true, isActive: true, health: true, updatedAt: true },
      order: { id: 'ASC' },
    });
  }

  /** What other instances have found, and have confirmed since `seenAfter`. */
  findOfOthers(instanceId: string, seenAfter: Date): Promise<ServiceTrouble[]> {
    return this.troubles.findBy({ instanceId: Not(instanceId), seenAt: MoreThan(seenAfter) });
  }

  /** Replaces what the instance had found before, and confirms what is still so. */
  async replaceOwn(instanceId: string, troubles: Trouble[], at: Date): Promise<void> {
    await this.troubles.manager.transaction(async (tx) => {
      const serviceIds = troubles.map(({ serviceId }) => serviceId);
      await tx.delete(ServiceTrouble, { instanceId, ...(serviceIds.length > 0 && { serviceId: Not(In(serviceIds)) }) });
      const rows = troubles.map((trouble) => ({ ...trouble, instanceId, seenAt: at }));
      if (rows.length > 0) await tx.upsert(ServiceTrouble, rows, ['serviceId', 'instanceId']);
    });
  }

  /** Instances that died leave theirs behind. */
  async deleteUnconfirmed(seenBefore: Date): Promise<void> {
    await this.troubles.delete({ seenAt: LessThan(seenBefore) });
  }
}

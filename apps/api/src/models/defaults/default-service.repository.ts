import { OpenAiService, SystemState } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, type FindOptionsWhere, type Repository } from 'typeorm';

const DEFAULT_SERVICE_ID = 'default_service_id';

/** The service of bots that name none. */
@Injectable()
export class DefaultServiceRepository {
  constructor(
    @InjectRepository(OpenAiService) private readonly services: Repository<OpenAiService>,
    @InjectRepository(SystemState) private readonly states: Repository<SystemState>,
  ) {}

  /** The administrator's choice. */
  async findChosenId(): Promise<string | null> {
    const state = await this.states.findOneBy({ name: DEFAULT_SERVICE_ID });
    return typeof state?.value === 'string' ? state.value : null;
  }

  async choose(serviceId: string): Promise<void> {
    await this.states.upsert({ name: DEFAULT_SERVICE_ID, value: serviceId, updatedAt: new Date() }, ['name']);
  }

  /** Takes the choice back, if it still is this service. */
  async clear(serviceId: string): Promise<void> {
    if ((await this.findChosenId()) === serviceId) await this.states.delete({ name: DEFAULT_SERVICE_ID });
  }

  /** The active service that was made first, another than `exceptId`. */
  findFirstActive({ isDemoLast = false, exceptId = '' }): Promise<OpenAiService | null> {
    const active = { isActive: true, id: Not(exceptId) };
    const usable: FindOptionsWhere<OpenAiService>[] = [
      { ...active, endpoint: Not(IsNull()) },
      { ...active, isDemo: true },
    ];
    return this.services.findOne({
      where: usable,
      order: { ...(isDemoLast && { isDemo: 'ASC' }), createdAt: 'ASC', id: 'ASC' },
    });
  }
}

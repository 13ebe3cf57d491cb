import { SystemState } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';

const BANNER = 'banner';

@Injectable()
export class SystemRepository {
  constructor(@InjectRepository(SystemState) private readonly states: Repository<SystemState>) {}

  async findBanner(): Promise<string | null> {
    const state = await this.states.findOneBy({ name: BANNER });
    return typeof state?.value === 'string' ? state.value : null;
  }

  async saveBanner(value: string): Promise<void> {
    await this.states.upsert({ name: BANNER, value, updatedAt: new Date() }, ['name']);
  }
}

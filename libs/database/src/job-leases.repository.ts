import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dialectOf } from './dialect.js';
import { SystemState } from './entities/index.js';
import { isDuplicate } from './errors.js';

/**
 * Leases in database time: which instance does a job now. They save work, no more: what a job writes is right even if two of them run.
 */
@Injectable()
export class JobLeasesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** False while another instance has it: until it is released or expires. */
  async acquire(name: string, milliseconds: number): Promise<boolean> {
    await this.create(name);
    const { affected } = await this.dataSource
      .createQueryBuilder()
      .update(SystemState)
      .set({ updatedAt: this.after(milliseconds) })
      .where(`name = :name AND updated_at <= ${dialectOf(this.dataSource).now}`, { name })
      .execute();
    return affected === 1;
  }

  async extend(name: string, milliseconds: number): Promise<void> {
    await this.dataSource
      .createQueryBuilder()
      .update(SystemState)
      .set({ updatedAt: this.after(milliseconds) })
      .where('name = :name', { name })
      .execute();
  }

  /** For what several instances may have at a time: it ends that long after the last of them has held it. */
  async hold(name: string, milliseconds: number): Promise<void> {
    await this.create(name);
    await this.extend(name, milliseconds);
  }

  /** Whether an instance has it. */
  async isHeld(name: string): Promise<boolean> {
    return this.dataSource
      .getRepository(SystemState)
      .createQueryBuilder('lease')
      .where(`lease.name = :name AND lease.updated_at > ${dialectOf(this.dataSource).now}`, { name })
      .getExists();
  }

  release(name: string): Promise<void> {
    return this.extend(name, 0);
  }

  private after(milliseconds: number): () => string {
    return () => dialectOf(this.dataSource).nowPlus(milliseconds);
  }

  private async create(name: string): Promise<void> {
    const states = this.dataSource.getRepository(SystemState);
    if (await states.existsBy({ name })) return;
    try {
      await states.insert({ name, value: 'lease', updatedAt: new Date(0) });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }
}

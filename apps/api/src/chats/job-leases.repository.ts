import { dialectOf, isDuplicate, SystemState } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Which jobs run now, so that one instance at a time does each of them. Their time is the database's. */
@Injectable()
export class JobLeasesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** False when another instance began the job, or was still at it, within the lease. */
  async take(job: string, leaseMs: number): Promise<boolean> {
    const name = nameOf(job);
    const { now, nowPlus } = dialectOf(this.dataSource);
    const { affected } = await this.dataSource
      .createQueryBuilder()
      .update(SystemState)
      .set({ updatedAt: () => now })
      .where(`name = :name AND updated_at <= ${nowPlus(-leaseMs)}`, { name })
      .execute();
    if (affected === 1) return true;
    try {
      await this.dataSource.query(`INSERT INTO system_state (name, value, updated_at) VALUES (?, 'null', ${now})`, [
        name,
      ]);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** The job goes on. */
  async renew(job: string): Promise<void> {
    const { now } = dialectOf(this.dataSource);
    await this.dataSource.query(`UPDATE system_state SET updated_at = ${now} WHERE name = ?`, [nameOf(job)]);
  }
}

const nameOf = (job: string): string => `job:${job}`;

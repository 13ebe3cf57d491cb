import { IdempotencyKey, isDuplicate, type JsonValue } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';

@Injectable()
export class IdempotencyRepository {
  constructor(@InjectRepository(IdempotencyKey) private readonly keys: Repository<IdempotencyKey>) {}

  /** The primary key decides which request is first: false for the others. */
  async insertRunning(hash: string, requestHash: string, createdAt: Date): Promise<boolean> {
    try {
      await this.keys.insert({ hash, requestHash, state: 'running', status: null, answer: null, createdAt });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async find(hash: string): Promise<IdempotencyKey | null> {
    return this.keys.findOneBy({ hash });
  }

  async updateDone(hash: string, status: number, answer: JsonValue): Promise<void> {
    await this.keys.update({ hash, state: 'running' }, { state: 'done', status, answer });
  }

  async deleteRunning(hash: string): Promise<void> {
    await this.keys.delete({ hash, state: 'running' });
  }

  async deleteOlderThan(limit: Date): Promise<number> {
    const { affected } = await this.keys.delete({ createdAt: LessThan(limit) });
    return affected ?? 0;
  }
}

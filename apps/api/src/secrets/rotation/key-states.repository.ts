import { isDuplicate, SystemState, type JsonValue } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const CANARY = 'encryption_canary';
const RUN = 'key_rotation';

/** One run of the rotation. What it has counted is stored as it goes. */
export interface RotationRun {
  startedAt: string;
  /** Null while it runs, and for good when its process has ended. */
  endedAt: string | null;
  /** Of the key that seals. */
  keyId: string;
  checked: number;
  renewed: number;
  unreadable: number;
}

@Injectable()
export class KeyStatesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The envelope that the right key opens; null before the first start. */
  async findCanary(): Promise<string | null> {
    const value = await this.find(CANARY);
    return typeof value === 'string' ? value : null;
  }

  /** Unless another instance was first. */
  async insertCanary(envelope: string): Promise<void> {
    try {
      await this.states.insert({ name: CANARY, value: envelope, updatedAt: new Date() });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }

  replaceCanary(envelope: string): Promise<void> {
    return this.save(CANARY, envelope);
  }

  async findRun(): Promise<RotationRun | null> {
    return (await this.find(RUN)) as RotationRun | null;
  }

  saveRun(run: RotationRun): Promise<void> {
    return this.save(RUN, run);
  }

  private get states() {
    return this.dataSource.getRepository(SystemState);
  }

  private async find(name: string): Promise<JsonValue> {
    return (await this.states.findOneBy({ name }))?.value ?? null;
  }

  private async save(name: string, value: JsonValue): Promise<void> {
    await this.states.upsert({ name, value: value as object, updatedAt: new Date() }, ['name']);
  }
}

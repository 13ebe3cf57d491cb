import { isDuplicate, SystemState, type JsonValue } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';

export const OPEN_BOT_ID = 'open_bot_id';
const BOTS_STOPPED = 'bots_stopped';

/** The few settings that concern all bots. */
@Injectable()
export class BotStateRepository {
  constructor(@InjectRepository(SystemState) private readonly states: Repository<SystemState>) {}

  async findOpenBotId(): Promise<string | null> {
    const value = await this.find(OPEN_BOT_ID);
    return typeof value === 'string' ? value : null;
  }

  setOpenBotId(botId: string): Promise<void> {
    return this.set(OPEN_BOT_ID, botId);
  }

  async findIsStopped(): Promise<boolean> {
    return (await this.find(BOTS_STOPPED)) === true;
  }

  setIsStopped(isStopped: boolean): Promise<void> {
    return this.set(BOTS_STOPPED, isStopped);
  }

  private async find(name: string): Promise<JsonValue> {
    return (await this.states.findOneBy({ name }))?.value ?? null;
  }

  private set(name: string, value: JsonValue): Promise<void> {
    return this.states.manager.transaction((tx) => setState(tx, name, value));
  }
}

async function setState(tx: EntityManager, name: string, value: JsonValue): Promise<void> {
  const updatedAt = new Date();
  const { affected } = await tx.update(SystemState, { name }, { value, updatedAt });
  if (affected !== 0) return;
  try {
    await tx.insert(SystemState, { name, value, updatedAt });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    await tx.update(SystemState, { name }, { value, updatedAt });
  }
}

import { BotFallback } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';

/** A service that answers when those before it cannot; null for the service's own model. */
export interface Fallback {
  serviceId: string;
  modelName: string | null;
}

@Injectable()
export class BotFallbacksRepository {
  constructor(@InjectRepository(BotFallback) private readonly fallbacks: Repository<BotFallback>) {}

  /** In order. */
  async listOf(botId: string): Promise<Fallback[]> {
    const rows = await this.fallbacks.find({ where: { botId }, order: { position: 'ASC' } });
    return rows.map(({ serviceId, modelName }) => ({ serviceId, modelName }));
  }
}

/** Within the transaction that writes the bot. */
export async function replaceFallbacks(
  tx: EntityManager,
  botId: string,
  fallbacks: readonly Fallback[],
): Promise<void> {
  await tx.delete(BotFallback, { botId });
  const rows = fallbacks.map((fallback, place) => ({ ...fallback, botId, position: place + 1 }));
  if (rows.length > 0) await tx.insert(BotFallback, rows);
}

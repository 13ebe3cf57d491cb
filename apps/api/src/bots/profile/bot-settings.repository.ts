import { Bot, dialectOf } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The parts of a bot's configuration that other features own. */
@Injectable()
export class BotSettingsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Replaces one part. Others that are replaced at the same time are kept. */
  async replacePart(botId: string, name: string, part: object): Promise<void> {
    const { forUpdate } = dialectOf(this.dataSource);
    await this.dataSource.transaction(async (tx) => {
      await tx.query(`SELECT id FROM bots WHERE id = ?${forUpdate}`, [botId]);
      const bot = await tx.findOneByOrFail(Bot, { id: botId });
      const configuration = { ...bot.configuration, [name]: part } as object;
      await tx.update(Bot, { id: botId }, { configuration, updatedAt: new Date() });
    });
  }
}

import { Bot, dialectOf } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The part of a bot's configuration that says how chats are taken over. */
@Injectable()
export class TakeoverPolicyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Replaces this part and leaves the others as they are, whoever replaces those at the same time. */
  async replacePolicy(botId: string, takeover: object): Promise<void> {
    const { forUpdate } = dialectOf(this.dataSource);
    await this.dataSource.transaction(async (tx) => {
      await tx.query(`SELECT id FROM bots WHERE id = ?${forUpdate}`, [botId]);
      const bot = await tx.findOneByOrFail(Bot, { id: botId });
      const configuration = { ...bot.configuration, takeover } as object;
      await tx.update(Bot, { id: botId }, { configuration, updatedAt: new Date() });
    });
  }
}

import { BotLink, dialectOf } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type EntityManager, type Repository } from 'typeorm';

export type LinkChanges = Pick<BotLink, 'isDefaultBot' | 'keywords'>;

@Injectable()
export class BotLinksRepository {
  constructor(@InjectRepository(BotLink) private readonly links: Repository<BotLink>) {}

  /** All members, the oldest first. */
  findMembers(startBotId: string): Promise<BotLink[]> {
    return this.links.find({ where: { startBotId }, order: { createdAt: 'ASC', botId: 'ASC' } });
  }

  findOf(startBotId: string, botIds: string[]): Promise<BotLink[]> {
    return botIds.length === 0 ? Promise.resolve([]) : this.links.findBy({ startBotId, botId: In(botIds) });
  }

  /** False when the bot is a member already. A new default takes the place of the old one. */
  insert(startBotId: string, botId: string, changes: LinkChanges): Promise<boolean> {
    return this.alone(startBotId, async (tx) => {
      if (await tx.existsBy(BotLink, { startBotId, botId })) return false;
      if (changes.isDefaultBot) await tx.update(BotLink, { startBotId }, { isDefaultBot: false });
      await tx.insert(BotLink, { startBotId, botId, ...changes, createdAt: new Date() });
      return true;
    });
  }

  /** False when the bot is no member. A new default takes the place of the old one. */
  update(startBotId: string, botId: string, changes: LinkChanges): Promise<boolean> {
    return this.alone(startBotId, async (tx) => {
      if (!(await tx.existsBy(BotLink, { startBotId, botId }))) return false;
      if (changes.isDefaultBot) await tx.update(BotLink, { startBotId }, { isDefaultBot: false });
      await tx.update(BotLink, { startBotId, botId }, changes);
      return true;
    });
  }

  /** False when the bot is no member. */
  async delete(startBotId: string, botId: string): Promise<boolean> {
    const { affected } = await this.links.delete({ startBotId, botId });
    return affected !== 0;
  }

  /** One at a time for each start bot, so that there is one default at most. */
  private alone<T>(startBotId: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const { manager } = this.links;
    const { forUpdate } = dialectOf(manager.connection);
    return manager.transaction(async (tx) => {
      await tx.query(`SELECT id FROM bots WHERE id = ?${forUpdate}`, [startBotId]);
      return work(tx);
    });
  }
}

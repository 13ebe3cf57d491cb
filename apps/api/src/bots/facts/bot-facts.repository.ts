import type { ListOptions } from '@app/common';
import { BotFact, dialectOf, findPage, jsonText } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';

export const FACT_ORDER_FIELDS = ['createdUtc', 'updatedUtc', 'isActive'] as const;
export type FactOrder = (typeof FACT_ORDER_FIELDS)[number];

const ORDER_COLUMN: Record<FactOrder, string> = {
  createdUtc: 'fact.createdAt',
  updatedUtc: 'fact.updatedAt',
  isActive: 'fact.isActive',
};

@Injectable()
export class BotFactsRepository {
  constructor(@InjectRepository(BotFact) private readonly facts: Repository<BotFact>) {}

  async findActiveTexts(botId: string): Promise<string[]> {
    const facts = await this.facts.find({
      select: { id: true, factText: true },
      where: { botId, isActive: true },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return facts.map(({ factText }) => factText);
  }

  list(botId: string, options: ListOptions<FactOrder>): Promise<[BotFact[], number]> {
    const query = this.facts.createQueryBuilder('fact').where('fact.botId = :botId', { botId });
    const { isSqlite } = dialectOf(this.facts.manager.connection);
    return findPage(query, options, {
      searched: [jsonText('fact.factText', isSqlite)],
      orderedBy: ORDER_COLUMN[options.orderBy.field],
    });
  }

  async insert(fact: Omit<BotFact, 'bot'>): Promise<void> {
    await this.facts.insert(fact);
  }

  /** False when the bot has no such fact. */
  async update(botId: string, id: string, changes: Pick<BotFact, 'isActive' | 'factText'>): Promise<boolean> {
    const { affected } = await this.facts.update({ id, botId }, { ...changes, updatedAt: new Date() });
    return affected !== 0;
  }

  /** False when the bot has no such fact. */
  async delete(botId: string, id: string): Promise<boolean> {
    const { affected } = await this.facts.delete({ id, botId });
    return affected !== 0;
  }
}

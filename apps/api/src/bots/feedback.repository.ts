import type { ListOptions } from '@app/common';
import { dialectOf, Feedback, containsText, jsonText } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';

export const FEEDBACK_ORDER_FIELDS = [
  'createdUtc',
  'messageCreatedUtc',
  'voteId',
  'status',
  'adminUpdatedUtc',
] as const;
export type FeedbackOrder = (typeof FEEDBACK_ORDER_FIELDS)[number];

const ORDER_COLUMN: Record<FeedbackOrder, string> = {
  createdUtc: 'feedback.createdAt',
  messageCreatedUtc: 'feedback.messageCreatedAt',
  voteId: 'feedback.voteId',
  status: 'feedback.status',
  adminUpdatedUtc: 'feedback.adminUpdatedAt',
};

export interface FeedbackList extends ListOptions<FeedbackOrder> {
  voteId?: number;
  status?: number;
  withStatus: boolean;
  withoutStatus: boolean;
}

@Injectable()
export class FeedbackRepository {
  constructor(@InjectRepository(Feedback) private readonly feedback: Repository<Feedback>) {}

  async insert(feedback: Omit<Feedback, 'bot' | 'chat'>): Promise<void> {
    await this.feedback.insert(feedback);
  }

  list(botId: string, list: FeedbackList): Promise<[Feedback[], number]> {
    const { skip, take, search, orderBy, voteId, status } = list;
    const query = this.feedback.createQueryBuilder('feedback').where('feedback.botId = :botId', { botId });
    if (voteId !== undefined) query.andWhere('feedback.voteId = :voteId', { voteId });
    const states = [
      list.withoutStatus && 'feedback.status IS NULL',
      list.withStatus && (status === undefined ? 'feedback.status IS NOT NULL' : 'feedback.status = :status'),
    ].filter((state) => state !== false);
    query.andWhere(`(${states.join(' OR ')})`, { status });
    if (search !== null) {
      const { isSqlite } = dialectOf(this.feedback.manager.connection);
      const texts = ['feedback.userMessage', 'feedback.assistantMessage'].map((column) => jsonText(column, isSqlite));
      const condition = containsText([...texts, 'feedback.userComment', 'feedback.adminComment'], search);
      query.andWhere(condition.sql, condition.parameters);
    }
    return query
      .orderBy(ORDER_COLUMN[orderBy.field], orderBy.direction)
      .addOrderBy('feedback.id', orderBy.direction)
      .skip(skip)
      .take(take)
      .getManyAndCount();
  }

  /** False when the bot has no such feedback. */
  async update(botId: string, id: string, status: number, adminComment: string | null): Promise<boolean> {
    const changes = { status, adminComment, adminUpdatedAt: new Date() };
    const { affected } = await this.feedback.update({ id, botId }, changes);
    return affected !== 0;
  }
}

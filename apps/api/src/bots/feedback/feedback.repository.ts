import type { ListOptions } from '@app/common';
import { dialectOf, Feedback, findPage, jsonText } from '@app/database';
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
    const { voteId, status } = list;
    const query = this.feedback.createQueryBuilder('feedback').where('feedback.botId = :botId', { botId });
    if (voteId !== undefined) query.andWhere('feedback.voteId = :voteId', { voteId });
    const states = [
      list.withoutStatus && 'feedback.status IS NULL',
      list.withStatus && (status === undefined ? 'feedback.status IS NOT NULL' : 'feedback.status = :status'),
    ].filter((state) => state !== false);
    query.andWhere(`(${states.join(' OR ')})`, { status });
    const { isSqlite } = dialectOf(this.feedback.manager.connection);
    const texts = ['feedback.userMessage', 'feedback.assistantMessage'].map((column) => jsonText(column, isSqlite));
    return findPage(query, list, {
      searched: [...texts, 'feedback.userComment', 'feedback.adminComment'],
      orderedBy: ORDER_COLUMN[list.orderBy.field],
    });
  }

  /** False when the bot has no such feedback. */
  async update(botId: string, id: string, status: number, adminComment: string | null): Promise<boolean> {
    const changes = { status, adminComment, adminUpdatedAt: new Date() };
    const { affected } = await this.feedback.update({ id, botId }, changes);
    return affected !== 0;
  }

  /** What was said goes with its chat; the vote and what became of it stay. Returns how many there were. */
  async forgetWords(): Promise<number> {
    const isEmpty = (column: string): string => `CAST(${column} AS CHAR) = '""'`;
    const { affected } = await this.feedback
      .createQueryBuilder()
      .update()
      .set({ userMessage: '', assistantMessage: '', userComment: '' })
      .where('chat_id IS NULL')
      .andWhere(`NOT (${isEmpty('user_message')} AND ${isEmpty('assistant_message')} AND user_comment = '')`)
      .execute();
    return affected ?? 0;
  }
}

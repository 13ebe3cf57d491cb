import type { ListOptions } from '@app/common';
import { dialectOf, findPage, fromSqlTime, OutboxMessage, type OutboxState } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The outbox as administrators see it. */
@Injectable()
export class OutboxLettersRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(
    channel: string,
    state: OutboxState | null,
    options: ListOptions<'createdUtc'>,
  ): Promise<[OutboxMessage[], number]> {
    const query = this.dataSource
      .getRepository(OutboxMessage)
      .createQueryBuilder('message')
      .where('message.channel = :channel', { channel });
    if (state !== null) query.andWhere('message.state = :state', { state });
    return findPage(query, options, { searched: ['message.lane'], orderedBy: 'message.id' });
  }

  /** A dead letter is to be sent after all. False when it is none (any more). */
  async revive(channel: string, id: number): Promise<boolean> {
    const { now } = dialectOf(this.dataSource);
    const unsent = { externalId: null, delivery: null, settledAt: null };
    // What is left open needs to know since when: the service is asked first.
    const since = () => 'CASE WHEN is_uncertain = 1 THEN first_attempt_at END';
    const { affected } = await this.dataSource.manager.update(
      OutboxMessage,
      { id, channel, state: 'dead' },
      { state: 'pending', attempts: 0, dueAt: () => now, firstAttemptAt: since, ...unsent },
    );
    return affected === 1;
  }

  async summarize(channel: string): Promise<{ counts: Record<OutboxState, number>; oldestPending: Date | null }> {
    const rows = await this.dataSource.query<{ state: OutboxState; count: number | string; oldest: string | Date }[]>(
      'SELECT state, COUNT(*) AS count, MIN(created_at) AS oldest FROM outbox WHERE channel = ? GROUP BY state',
      [channel],
    );
    const counts = Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
    const oldest = rows.find(({ state }) => state === 'pending')?.oldest;
    return {
      counts: { pending: 0, sent: 0, dead: 0, ...counts },
      oldestPending: oldest === undefined ? null : fromSqlTime(oldest),
    };
  }
}

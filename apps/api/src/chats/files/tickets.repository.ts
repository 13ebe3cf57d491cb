import { dialectOf, Ticket } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** One-time tickets, by their hashes. They expire by the clock of the database, which all instances share. */
@Injectable()
export class TicketsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insert(hash: string, chatId: string, lifetimeMs: number): Promise<void> {
    const { nowPlus } = dialectOf(this.dataSource);
    await this.dataSource.query(
      `INSERT INTO tickets (hash, chat_id, expires_at) VALUES (?, ?, ${nowPlus(lifetimeMs)})`,
      [hash, chatId],
    );
  }

  /** Uses the ticket up. Of concurrent callers one gets `taken`. */
  async take(hash: string, chatId: string): Promise<'taken' | 'foreign' | 'gone'> {
    const { now } = dialectOf(this.dataSource);
    const { affected } = await this.dataSource
      .createQueryBuilder()
      .delete()
      .from(Ticket)
      .where(`hash = :hash AND chat_id = :chatId AND expires_at > ${now}`, { hash, chatId })
      .execute();
    if (affected === 1) return 'taken';
    const [other] = await this.dataSource.query<{ chat_id: string }[]>('SELECT chat_id FROM tickets WHERE hash = ?', [
      hash,
    ]);
    return other !== undefined && other.chat_id !== chatId ? 'foreign' : 'gone';
  }

  async deleteExpired(): Promise<void> {
    await this.dataSource.query(`DELETE FROM tickets WHERE expires_at < ${dialectOf(this.dataSource).now}`);
  }
}

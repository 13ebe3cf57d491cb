import { insertRows, placeholders, type SqlRow } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ChatRows } from './demo-chats.js';

/** Below the bound values that a statement may have on every engine. */
const MAX_VALUES = 30_000;
const MAX_ROWS = 500;

/** Writes much in few statements. */
@Injectable()
export class DemoDataRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** What a first start makes (a bot, an administrator) does not count. */
  async isInUse(): Promise<boolean> {
    const [found] = await this.dataSource.query<Record<string, number | string>[]>(
      `SELECT (SELECT COUNT(*) FROM chats) AS chats, (SELECT COUNT(*) FROM bots) AS bots, (SELECT COUNT(*) FROM users) AS users`,
    );
    return Number(found!['chats']) > 0 || Number(found!['bots']) > 1 || Number(found!['users']) > 1;
  }

  async findServiceId(): Promise<string | null> {
    const [service] = await this.dataSource.query<{ id: string }[]>(
      'SELECT id FROM openai_services WHERE is_active = 1 ORDER BY created_at, id LIMIT 1',
    );
    return service?.id ?? null;
  }

  async findUserIds(logins: string[]): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    for (let start = 0; start < logins.length; start += MAX_ROWS) {
      const some = logins.slice(start, start + MAX_ROWS);
      const rows = await this.dataSource.query<{ id: number; login: string }[]>(
        `SELECT id, login FROM users WHERE login IN (${placeholders(some.length)})`,
        some,
      );
      for (const { id, login } of rows) ids.set(login, id);
    }
    return ids;
  }

  async hasPrices(serviceId: string): Promise<boolean> {
    const prices = await this.dataSource.query<unknown[]>('SELECT 1 FROM price_book WHERE service_id = ? LIMIT 1', [
      serviceId,
    ]);
    return prices.length > 0;
  }

  /** In the order given, in one transaction. */
  async insert(tables: ChatRows | Record<string, SqlRow[]>): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      for (const [table, rows] of Object.entries<SqlRow[]>({ ...tables })) {
        if (rows.length === 0) continue;
        const size = Math.min(MAX_ROWS, Math.floor(MAX_VALUES / Object.keys(rows[0]!).length));
        for (let start = 0; start < rows.length; start += size) {
          await insertRows(tx, table, rows.slice(start, start + size));
        }
      }
    });
  }
}

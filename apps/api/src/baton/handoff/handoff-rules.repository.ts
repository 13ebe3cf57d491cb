import type { OwnershipReason } from '@app/contracts';
import { fromSqlJson } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Reads from a chat's past what decides on a handoff. */
@Injectable()
export class HandoffRulesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The reason of the last handoff request; null when there was none. */
  async findLastRequest(chatId: string): Promise<OwnershipReason | null> {
    const rows = await this.dataSource.query<{ data: string }[]>(
      `SELECT data FROM chat_events WHERE chat_id = ? AND type = 'ownership.changed' ORDER BY seq DESC LIMIT 50`,
      [chatId],
    );
    const changes = rows.map(({ data }) => fromSqlJson<{ from: string; to: string; reason: OwnershipReason }>(data));
    return changes.find(({ from, to }) => from === 'bot' && to === 'requested')?.reason ?? null;
  }

  /** How many of the chat's latest turns failed in a row, at most `limit`. */
  async countLatestFailures(chatId: string, limit: number): Promise<number> {
    const rows = await this.dataSource.query<{ status: string }[]>(
      `SELECT status FROM turns WHERE chat_id = ? AND status NOT IN ('queued', 'running') ORDER BY seq DESC LIMIT ?`,
      [chatId, limit],
    );
    const firstOther = rows.findIndex(({ status }) => status !== 'failed');
    return firstOther === -1 ? rows.length : firstOther;
  }
}

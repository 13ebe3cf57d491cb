import { toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The settings of a user who does not keep chats for ever. */
export interface RetentionRule {
  userId: number;
  isKeepChatHistory: boolean;
  keepForDays: number;
  isKeepFavoritesForever: boolean;
}

interface RuleRow {
  id: number;
  is_keep_chat_history: number;
  keep_chat_history_for_days: number;
  is_keep_favorites_forever: number;
}

/** Finds expired chats. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly dataSource: DataSource) {}

  async findRules(afterUserId: number, limit: number): Promise<RetentionRule[]> {
    const rows = await this.dataSource.query<RuleRow[]>(
      `SELECT id, is_keep_chat_history, keep_chat_history_for_days, is_keep_favorites_forever FROM users
       WHERE id > ? AND (is_keep_chat_history = 0 OR keep_chat_history_for_days > 0) ORDER BY id LIMIT ?`,
      [afterUserId, limit],
    );
    return rows.map((row) => ({
      userId: row.id,
      isKeepChatHistory: Boolean(row.is_keep_chat_history),
      keepForDays: row.keep_chat_history_for_days,
      isKeepFavoritesForever: Boolean(row.is_keep_favorites_forever),
    }));
  }

  /** Chats of the user (null: chats without an account) that were last used before. */
  async findExpired(userId: number | null, before: Date, keepFavorites: boolean, limit: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM chats WHERE user_id ${userId === null ? 'IS NULL' : '= ?'} AND is_admin_chat IN (0, 1)
       ${keepFavorites ? 'AND is_favorite = 0' : ''} AND last_accessed_at < ? LIMIT ?`,
      [...(userId === null ? [] : [userId]), toSqlTime(before), limit],
    );
    return rows.map(({ id }) => id);
  }
}

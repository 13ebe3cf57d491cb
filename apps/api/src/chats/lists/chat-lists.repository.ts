import type { ListOptions } from '@app/common';
import { containsTextRaw, dialectOf, fromSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface ChatSummary {
  id: string;
  displayName: string;
  lastAccessedAt: Date;
  botId: string;
  botDisplayName: string;
  botDisplayNameDe: string;
  userSystemMessageId: string | null;
  userSystemMessageDisplayName: string | null;
  isFavorite: boolean;
}

export interface ChatFilter {
  botId: string | null;
  userSystemMessageId: string | null;
  onlyFavorites: boolean;
}

export const CHAT_ORDER_FIELDS = ['displayName', 'lastAccessedUtc', 'createdUtc', 'isFavorite'] as const;
export type ChatOrderField = (typeof CHAT_ORDER_FIELDS)[number];

const ORDER_COLUMNS: Record<ChatOrderField, string[]> = {
  displayName: ['display_name', 'id'],
  lastAccessedUtc: ['last_accessed_at', 'id'],
  createdUtc: ['created_at', 'id'],
  isFavorite: ['is_favorite', 'last_accessed_at', 'id'],
};

interface SummaryRow {
  id: string;
  display_name: string;
  last_accessed_at: string | Date;
  bot_id: string;
  bot_name: string;
  bot_name_de: string;
  user_system_message_id: string | null;
  message_name: string | null;
  is_favorite: number;
}

interface Condition {
  sql: string;
  values: (string | number)[];
}

/** The lists of a user's chats. Every statement stays within an index that starts with the user. */
@Injectable()
export class ChatListsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** One page. The ids come from an index, and only the page's own rows are read. */
  async findPage(
    userId: number,
    filter: ChatFilter,
    { skip, take, search, orderBy }: ListOptions<ChatOrderField>,
  ): Promise<ChatSummary[]> {
    const where = conditionOf(userId, filter, search);
    const order = (table: string): string =>
      ORDER_COLUMNS[orderBy.field].map((column) => `${table}.${column} ${orderBy.direction}`).join(', ');
    const rows = await this.dataSource.query<SummaryRow[]>(
      `SELECT c.id, c.display_name, c.last_accessed_at, c.bot_id, b.display_name AS bot_name, b.display_name_de AS bot_name_de,
         c.user_system_message_id, m.display_name AS message_name, c.is_favorite
       FROM (SELECT p.id FROM chats p ${this.hint(filter, search)} WHERE ${where.sql} ORDER BY ${order('p')} LIMIT ? OFFSET ?) page
       JOIN chats c ON c.id = page.id JOIN bots b ON b.id = c.bot_id
       LEFT JOIN user_system_messages m ON m.id = c.user_system_message_id
       ORDER BY ${order('c')}`,
      [...where.values, take, skip],
    );
    return rows.map(summaryOf);
  }

  async count(userId: number, filter: ChatFilter, search: string | null): Promise<number> {
    const where = conditionOf(userId, filter, search);
    const [row] = await this.dataSource.query<{ total: number | string }[]>(
      `SELECT COUNT(*) AS total FROM chats p ${this.hint(filter, search)} WHERE ${where.sql}`,
      where.values,
    );
    return Number(row!.total);
  }

  /** See `bumpListVersions`. */
  async findVersion(userId: number): Promise<number> {
    const [row] = await this.dataSource.query<{ version: number }[]>(
      'SELECT version FROM chat_list_versions WHERE user_id = ?',
      [userId],
    );
    return row?.version ?? 0;
  }

  /**
   * Without the hints MariaDB scans the table when the user has many chats: for a search by name among the chats with one bot, and
   * in order of time through the chats of all users.
   */
  private hint({ botId, userSystemMessageId, onlyFavorites }: ChatFilter, search: string | null): string {
    const { isSqlite, byIndex } = dialectOf(this.dataSource);
    if (isSqlite) return '';
    const isWide = botId !== null && userSystemMessageId === null && !onlyFavorites;
    if (search !== null && isWide) return byIndex('ix_chats_user_name');
    return 'IGNORE INDEX (ix_chats_accessed, ix_chats_bot_accessed)';
  }
}

function conditionOf(userId: number, filter: ChatFilter, search: string | null): Condition {
  const named = search === null ? null : containsTextRaw('p.display_name', search);
  const parts: (false | [string, ...(string | number)[]])[] = [
    ['p.user_id = ? AND p.is_admin_chat = 0', userId],
    filter.botId !== null && ['p.bot_id = ?', filter.botId],
    filter.userSystemMessageId !== null && ['p.user_system_message_id = ?', filter.userSystemMessageId],
    filter.onlyFavorites && ['p.is_favorite = 1'],
    named !== null && [named.sql, ...named.values],
  ];
  const given = parts.filter((part) => part !== false);
  return { sql: given.map(([sql]) => sql).join(' AND '), values: given.flatMap(([, ...values]) => values) };
}

const summaryOf = (row: SummaryRow): ChatSummary => ({
  id: row.id,
  displayName: row.display_name,
  lastAccessedAt: fromSqlTime(row.last_accessed_at),
  botId: row.bot_id,
  botDisplayName: row.bot_name,
  botDisplayNameDe: row.bot_name_de,
  userSystemMessageId: row.user_system_message_id,
  userSystemMessageDisplayName: row.message_name,
  isFavorite: Boolean(row.is_favorite),
});

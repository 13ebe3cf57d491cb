import { dialectOf, placeholders, retryTransient } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { bumpListVersions } from '../chat/chat-list-version.repository.js';

export interface DeletionFilter {
  botId: string | null;
  userSystemMessageId: string | null;
  keepFavorites: boolean;
}

/** Deletes chats with all that belongs to them, except the usage ledger. */
@Injectable()
export class ChatDeletionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The user's chats, including those made in administration. */
  async findChatIds(userId: number, filter: DeletionFilter): Promise<string[]> {
    const conditions = ['user_id = ? AND is_admin_chat IN (0, 1)'];
    const values: (string | number)[] = [userId];
    if (filter.botId !== null) {
      conditions.push('bot_id = ?');
      values.push(filter.botId);
    }
    if (filter.userSystemMessageId !== null) {
      conditions.push('user_system_message_id = ?');
      values.push(filter.userSystemMessageId);
    }
    if (filter.keepFavorites) conditions.push('is_favorite = 0');
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM chats WHERE ${conditions.join(' AND ')}`,
      values,
    );
    return rows.map(({ id }) => id);
  }

  /** Deletes the chats in which no turn runs. Returns the ids of the others, as far as they exist. */
  deleteIdle(chatIds: string[]): Promise<string[]> {
    const attempt = async (manager: EntityManager): Promise<string[]> => {
      const within = placeholders(chatIds.length);
      const owners = await manager.query<
        {
          user_id: number | null;
        }[]
      >(`SELECT DISTINCT user_id FROM chats WHERE id IN (${within})`, chatIds);
      await bumpListVersions(
        manager,
        owners.map((owner) => owner.user_id),
      );
      const chats = await manager.query<{ id: string; running_turn_id: string | null }[]>(
        `SELECT id, running_turn_id FROM chats WHERE id IN (${within}) ORDER BY id${dialectOf(this.dataSource).forUpdate}`,
        chatIds,
      );
      const isIdle = (chat: { running_turn_id: string | null }): boolean => chat.running_turn_id === null;
      await deleteChats(
        manager,
        chats.filter(isIdle).map(({ id }) => id),
      );
      return chats.filter((chat) => !isIdle(chat)).map(({ id }) => id);
    };
    return retryTransient(() => this.dataSource.transaction(attempt));
  }
}

/** Foreign keys delete the rows that belong to the chats; files have none, and belong to one chat each. */
async function deleteChats(manager: EntityManager, chatIds: string[]): Promise<void> {
  if (chatIds.length === 0) return;
  const within = placeholders(chatIds.length);
  const files = await manager.query<
    {
      file_id: string;
    }[]
  >(`SELECT file_id FROM chat_files WHERE chat_id IN (${within})`, chatIds);
  await manager.query(`DELETE FROM chats WHERE id IN (${within})`, chatIds);
  if (files.length === 0) return;
  await manager.query(
    `DELETE FROM stored_files WHERE id IN (${placeholders(files.length)})`,
    files.map((file) => file.file_id),
  );
}

import type { ChatEventEnvelope } from '@app/contracts';
import { dialectOf, fromSqlJson, placeholders, toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { bumpListVersions } from './chat-list-version.repository.js';
import { ChatTransaction } from './chat-transaction.repository.js';
import { TurnClosing } from './turn-closing.repository.js';
import { titleOf } from './turn-intake.repository.js';
import { cutShort } from './turn.types.js';

export interface DeletionFilter {
  botId: string | null;
  userSystemMessageId: string | null;
  keepFavorites: boolean;
}

/** A chat whose running turn was ended, with the events that say so. */
export interface QuietedChat {
  chatId: string;
  turnId: string;
  events: ChatEventEnvelope[];
}

/** Removes chats, completions and all that hangs on them. What was spent stays in the ledger. */
@Injectable()
export class ChatDeletionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The user's chats, those made in administration too. */
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

  /** Ends the turns that run in the chats, as interrupted, and those that wait; none is begun in their place. */
  quiet(chatIds: string[]): Promise<QuietedChat[]> {
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const chats = chatIds.map((id) => transaction.chat(id)).filter((chat) => chat !== undefined);
      const running = chats.map(({ runningTurnId }) => runningTurnId).filter((id) => id !== null);
      if (running.length === 0) return [];
      const closing = new TurnClosing(transaction);
      const turns = await closing.findRunning(running);
      const quieted: QuietedChat[] = [];
      for (const chat of chats) {
        const turn = turns.get(chat.runningTurnId ?? '');
        if (!turn) continue;
        const { events } = await closing.close(chat, turn, cutShort({ turnId: turn.id, chatId: chat.id }));
        chat.queuedTurns = 0;
        quieted.push({ chatId: chat.id, turnId: turn.id, events });
      }
      await closing.write();
      await transaction.manager.query(
        `UPDATE turns SET status = 'interrupted', ended_at = ? WHERE status = 'queued' AND chat_id IN (${placeholders(quieted.length)})`,
        [toSqlTime(transaction.at), ...quieted.map(({ chatId }) => chatId)],
      );
      return quieted;
    });
  }

  /** Deletes those of the chats in which nothing runs. Returns the ids of the others, as far as they are still there. */
  deleteIdle(chatIds: string[]): Promise<string[]> {
    return this.dataSource.transaction(async (manager) => {
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
    });
  }

  /** The turn and its two messages. Their events keep their numbers and have no text any more. */
  deleteCompletion(chatId: string, turnId: string): Promise<'done' | 'missing' | 'running'> {
    return ChatTransaction.run(this.dataSource, [chatId], async (transaction) => {
      const { manager } = transaction;
      const [turn] = await manager.query<{ status: string; input_message_id: string; output_message_id: string }[]>(
        'SELECT status, input_message_id, output_message_id FROM turns WHERE id = ? AND chat_id = ?',
        [turnId, chatId],
      );
      if (!turn) return 'missing';
      if (turn.status === 'running' || turn.status === 'queued') return 'running';
      await manager.query('DELETE FROM messages WHERE id IN (?, ?)', [turn.input_message_id, turn.output_message_id]);
      await manager.query('DELETE FROM turns WHERE id = ?', [turnId]);
      await nameAnew(transaction, chatId);
      return 'done';
    });
  }
}

/** Rows that belong to the chats go by their foreign keys; the files of a chat belong to nothing else. */
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

/** The name that nobody gave is the beginning of a message: of one that is still there. */
async function nameAnew(transaction: ChatTransaction, chatId: string): Promise<void> {
  const chat = transaction.chat(chatId);
  const [first] = await transaction.manager.query<{ is_named: number; text: string | null }[]>(
    `SELECT c.is_named, m.text FROM chats c LEFT JOIN messages m ON m.chat_id = c.id AND m.author = 'customer'
     WHERE c.id = ? ORDER BY m.seq LIMIT 1`,
    [chatId],
  );
  if (!chat || !first || first.is_named) return;
  chat.displayName = first.text === null ? '' : titleOf(fromSqlJson<string>(first.text));
  transaction.touch(chat);
}

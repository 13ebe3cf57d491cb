import type { ChatEventEnvelope } from '@app/contracts';
import { fromSqlJson, placeholders, toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { withoutContents, type ToolEventData } from '../log/chat-event-view.js';
import { ChatTransaction } from '../fence/chat-transaction.repository.js';
import { TurnClosing } from './turn-closing.js';
import { titleOf } from './turn-intake.repository.js';
import { cutShort } from './turn.types.js';

/** A chat whose running turn was ended, with the events that say so. */
export interface QuietedChat {
  chatId: string;
  turnId: string;
  events: ChatEventEnvelope[];
}

/** Takes turns out of chats: ends them all where a chat is about to go, or removes one that has ended. */
@Injectable()
export class TurnDeletionRepository {
  constructor(private readonly dataSource: DataSource) {}

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

  /** The turn and its two messages. Their events keep their numbers and have no text any more. */
  deleteTurn(chatId: string, turnId: string): Promise<'done' | 'missing' | 'running'> {
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
      await forgetToolCalls(manager, chatId, turnId);
      await nameAnew(transaction, chatId);
      return 'done';
    });
  }
}

/** What a turn's tools were told and have answered goes with its words; that they were called stays. */
async function forgetToolCalls(manager: EntityManager, chatId: string, turnId: string): Promise<void> {
  const events = await manager.query<{ seq: number; data: string }[]>(
    `SELECT seq, data FROM chat_events WHERE chat_id = ? AND type IN ('tool.called', 'tool.returned')`,
    [chatId],
  );
  for (const { seq, data } of events) {
    const parsed = fromSqlJson<ToolEventData>(data);
    if (parsed.turnId !== turnId) continue;
    await manager.query('UPDATE chat_events SET data = ? WHERE chat_id = ? AND seq = ?', [
      JSON.stringify(withoutContents(parsed)),
      chatId,
      seq,
    ]);
  }
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

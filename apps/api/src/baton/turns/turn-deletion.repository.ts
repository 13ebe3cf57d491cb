import type { ChatEventEnvelope } from '@app/contracts';
import { fromSqlJson } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { withoutContents, type ToolEventData } from '../log/chat-event-view.js';
import { ChatTransaction } from '../fence/chat-transaction.repository.js';
import { TurnClosing } from './turn-closing.js';
import { titleOf } from './chat-title.js';
import { interruptionOf } from './turn.types.js';

/** A turn that was interrupted, with the events that say so. */
export interface InterruptedTurn {
  chatId: string;
  turnId: string;
  events: ChatEventEnvelope[];
}

/** Ends the turns of chats that are about to be deleted, and removes single turns that have ended. */
@Injectable()
export class TurnDeletionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Interrupts the running and queued turns of the chats; none starts in their place. Afterwards no turn runs in the chats. */
  interruptAll(chatIds: string[]): Promise<InterruptedTurn[]> {
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const chats = chatIds.map((id) => transaction.chat(id)).filter((chat) => chat !== undefined);
      const busy = chats.filter(({ runningTurnId }) => runningTurnId !== null);
      const closing = new TurnClosing(transaction);
      const running = await closing.findRunning(busy);
      const interrupted: InterruptedTurn[] = [];
      for (const chat of busy) {
        const turn = running.get(chat.runningTurnId ?? '');
        chat.runningTurnId = null;
        transaction.touch(chat);
        if (!turn) continue;
        const { events } = await closing.close(chat, turn, interruptionOf({ turnId: turn.id, chatId: chat.id }));
        interrupted.push({ chatId: chat.id, turnId: turn.id, events });
      }
      await closing.endQueued(busy, 'interrupted');
      await closing.write();
      return interrupted;
    });
  }

  /** Deletes the turn and its two messages. Their events keep their numbers but lose their text. */
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
      await redactToolEvents(manager, chatId, turnId);
      await renewTitle(transaction, chatId);
      return 'done';
    });
  }
}

/** Removes the arguments and outputs of the turn's tool calls; the events themselves stay. */
async function redactToolEvents(manager: EntityManager, chatId: string, turnId: string): Promise<void> {
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

/** Unless the chat was named by hand, its title is the beginning of its first message that still exists. */
async function renewTitle(transaction: ChatTransaction, chatId: string): Promise<void> {
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

import type { Actor, ChatEventData, ChatEventEnvelope } from '@app/contracts';
import { fromSqlJson } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction } from '../fence/chat-transaction.repository.js';

export type DeliveryFailure = ChatEventData['delivery.failed'];

const TYPE = 'delivery.failed';
const SERVER: Actor = { kind: 'system', id: null, name: 'System' };

@Injectable()
export class DeliveryFailuresRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Null when the chat was deleted, or the log already holds this message's failure with this code. */
  writeFailure(chatId: string, failure: DeliveryFailure): Promise<ChatEventEnvelope | null> {
    return ChatTransaction.run(this.dataSource, [chatId], async (transaction) => {
      const chat = transaction.chat(chatId);
      if (!chat) return null;
      const rows = await transaction.manager.query<{ data: string }[]>(
        'SELECT data FROM chat_events WHERE chat_id = ? AND type = ?',
        [chatId, TYPE],
      );
      const known = rows.map(({ data }) => fromSqlJson<DeliveryFailure>(data));
      const isKnown = known.some(({ messageId, code }) => messageId === failure.messageId && code === failure.code);
      if (isKnown && failure.messageId !== null) return null;
      return transaction.addEvent(chat, { type: TYPE, actor: SERVER, data: failure, audience: 'agents' });
    });
  }
}

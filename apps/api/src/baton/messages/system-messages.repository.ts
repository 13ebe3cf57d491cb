import type { Actor, ChatEventEnvelope } from '@app/contracts';
import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction } from '../fence/chat-transaction.repository.js';

export interface SystemMessage {
  id: string;
  chatId: string;
  text: string;
  /** `agents`: a note that the customer does not see. */
  audience: EventAudience;
  /** Nothing is written when the chat is in another epoch; null writes in any epoch. */
  expectedEpoch: number | null;
}

const SERVER: Actor = { kind: 'system', id: null, name: 'System' };

/** Writes messages of the server itself. */
@Injectable()
export class SystemMessagesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Null when the message exists already, or the expected epoch is over. */
  writeMessage({ id, chatId, text, audience, expectedEpoch }: SystemMessage): Promise<ChatEventEnvelope | null> {
    return ChatTransaction.run(this.dataSource, [chatId], async (transaction) => {
      const chat = transaction.chat(chatId);
      if (!chat || chat.epoch !== (expectedEpoch ?? chat.epoch)) return null;
      const known = await transaction.manager.query<unknown[]>('SELECT id FROM messages WHERE id = ?', [id]);
      if (known.length > 0) return null;
      const isNote = audience === 'agents';
      const event = isNote
        ? transaction.addEvent(chat, {
            type: 'note.created',
            actor: SERVER,
            data: { messageId: id, text },
            messageId: id,
            audience,
          })
        : transaction.addEvent(chat, {
            type: 'message.created',
            actor: SERVER,
            data: { messageId: id, author: 'system', text, turnId: null },
            messageId: id,
          });
      transaction.addMessage(chat, {
        id,
        seq: event.seq,
        author: 'system',
        kind: isNote ? 'note' : 'message',
        text,
        status: 'complete',
        turnId: null,
      });
      return event;
    });
  }
}

import type { AgentName, ChatEventEnvelope } from '@app/contracts';
import type { MessageKind } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction, type LockedChat } from '../fence/chat-transaction.repository.js';
import type { CurrentOwner } from '../fence/refusal.js';

export interface AgentMessage {
  id: string;
  chatId: string;
  agent: AgentName;
  kind: MessageKind;
  text: string;
  expectedEpoch: number | null;
}

export type WrittenMessage =
  | { kind: 'written'; seq: number; epoch: number; event: ChatEventEnvelope }
  /** The same message was written before, in this epoch. */
  | { kind: 'known'; seq: number; epoch: number }
  | ({ kind: 'refused' } & CurrentOwner)
  | { kind: 'missing' };

/** Writes agents' messages. Only the agent who claimed the chat may write to the customer, checked under the chat's lock. */
@Injectable()
export class AgentMessagesRepository {
  constructor(private readonly dataSource: DataSource) {}

  writeMessage(message: AgentMessage): Promise<WrittenMessage> {
    return ChatTransaction.run(this.dataSource, [message.chatId], async (transaction) => {
      const chat = transaction.chat(message.chatId);
      if (!chat) return { kind: 'missing' };
      const [known] = await transaction.manager.query<{ seq: number; epoch: number }[]>(
        `SELECT e.seq, e.epoch FROM messages m JOIN chat_events e ON e.chat_id = m.chat_id AND e.seq = m.seq WHERE m.id = ?`,
        [message.id],
      );
      if (known) return { kind: 'known', ...known };
      if (!mayWrite(chat, message))
        return { kind: 'refused', owner: chat.owner, agentId: chat.agentId, epoch: chat.epoch };
      const event = this.addEvent(transaction, chat, message);
      transaction.addMessage(chat, {
        id: message.id,
        seq: event.seq,
        author: 'agent',
        kind: message.kind,
        text: message.text,
        status: 'complete',
        turnId: null,
        agentId: message.agent.id,
      });
      return { kind: 'written', seq: event.seq, epoch: chat.epoch, event };
    });
  }

  private addEvent(
    transaction: ChatTransaction,
    chat: LockedChat,
    { id: messageId, agent, kind, text }: AgentMessage,
  ): ChatEventEnvelope {
    const actor = { kind: 'agent' as const, id: String(agent.id), name: agent.name };
    if (kind === 'message') {
      const data = { messageId, author: 'agent' as const, text, turnId: null };
      return transaction.addEvent(chat, { type: 'message.created', actor, data, messageId });
    }
    return transaction.addEvent(chat, {
      type: kind === 'note' ? 'note.created' : 'whisper.created',
      actor,
      data: { messageId, text },
      messageId,
      audience: 'agents',
    });
  }
}

function mayWrite(chat: LockedChat, { agent, kind, expectedEpoch }: AgentMessage): boolean {
  if (expectedEpoch !== null && expectedEpoch !== chat.epoch) return false;
  return kind !== 'message' || (chat.owner === 'human' && chat.agentId === agent.id);
}

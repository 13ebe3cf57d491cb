import { databaseTime } from '@app/common';
import type { Actor, ChatEventData, ChatEventEnvelope, ChatEventType } from '@app/contracts';
import {
  dialectOf,
  fromSqlTime,
  insertRows,
  placeholders,
  retryTransient,
  toSqlTime,
  updateRows,
  type ChatOwner,
  type EventAudience,
  type MessageAuthor,
  type MessageKind,
  type MessageStatus,
  type SqlRow,
} from '@app/database';
import type { DataSource, EntityManager } from 'typeorm';

/** A chat's row, locked until the transaction ends. {@link ChatTransaction} writes changes of it back. */
export interface LockedChat {
  readonly id: string;
  readonly botId: string;
  readonly channel: string;
  displayName: string;
  owner: ChatOwner;
  epoch: number;
  nextSeq: number;
  runningTurnId: string | null;
  queuedTurns: number;
  agentId: number | null;
  waitingSince: Date | null;
}

interface ChatRow {
  id: string;
  bot_id: string;
  channel: string;
  display_name: string;
  owner: ChatOwner;
  epoch: number;
  next_seq: number;
  running_turn_id: string | null;
  queued_turns: number;
  agent_id: number | null;
  waiting_since: string | Date | null;
}

export interface NewMessage {
  id: string;
  seq: number;
  author: MessageAuthor;
  text: string;
  status: MessageStatus;
  turnId: string | null;
  kind?: MessageKind;
  agentId?: number | null;
}

interface NewEvent<Type extends ChatEventType> {
  type: Type;
  actor: Actor;
  data: ChatEventData[Type];
  messageId?: string;
  audience?: EventAudience;
}

/**
 * One transaction over the logs of some chats. The chats' rows are locked first, in the order of their ids. This is the fence: owner,
 * epoch and running turn, as they are read here, stay the same until the commit. Messages, events and chat rows are written at the end,
 * one statement per table.
 */
export class ChatTransaction {
  readonly at = databaseTime();
  private readonly messages: SqlRow[] = [];
  private readonly events: SqlRow[] = [];
  private readonly changed = new Set<LockedChat>();

  private constructor(
    readonly manager: EntityManager,
    private readonly chats: ReadonlyMap<string, LockedChat>,
  ) {}

  /**
   * Runs `work` with the chats locked and returns its result after the commit. When the database rolls the transaction back because of a
   * deadlock, `work` runs again.
   */
  static run<Result>(
    dataSource: DataSource,
    chatIds: string[],
    work: (transaction: ChatTransaction) => Promise<Result>,
  ): Promise<Result> {
    const ids = [...new Set(chatIds)].toSorted();
    const attempt = async (manager: EntityManager): Promise<Result> => {
      const rows = await manager.query<ChatRow[]>(
        `SELECT id, bot_id, channel, display_name, owner, epoch, next_seq, running_turn_id, queued_turns, agent_id, waiting_since FROM chats WHERE id IN (${placeholders(ids.length)}) ORDER BY id${dialectOf(dataSource).forUpdate}`,
        ids,
      );
      const transaction = new ChatTransaction(manager, new Map(rows.map((row) => [row.id, lockedChat(row)])));
      const result = await work(transaction);
      await transaction.write();
      return result;
    };
    return retryTransient(() => dataSource.transaction(attempt));
  }

  chat(id: string): LockedChat | undefined {
    return this.chats.get(id);
  }

  /** Marks the chat's row for writing although no event was added. */
  touch(chat: LockedChat): void {
    this.changed.add(chat);
  }

  addMessage(
    chat: LockedChat,
    { id, seq, author, text, status, turnId, kind = 'message', agentId = null }: NewMessage,
  ): void {
    this.messages.push({
      id,
      chat_id: chat.id,
      seq,
      author,
      text: JSON.stringify(text),
      status,
      kind,
      turn_id: turnId,
      agent_id: agentId,
      created_at: toSqlTime(this.at),
    });
  }

  /** Adds the event with the chat's next seq. The text of a message is stored in its row only, not in the event. */
  addEvent<Type extends ChatEventType>(chat: LockedChat, event: NewEvent<Type>): ChatEventEnvelope {
    const { type, actor, data, messageId = null, audience = 'everyone' } = event;
    const seq = chat.nextSeq++;
    this.changed.add(chat);
    this.events.push({
      chat_id: chat.id,
      seq,
      type,
      actor: JSON.stringify(actor),
      epoch: chat.epoch,
      audience,
      message_id: messageId,
      data: JSON.stringify(data, (key, value: unknown) => (key === 'text' ? undefined : value)),
      created_at: toSqlTime(this.at),
    });
    return {
      seq,
      type,
      chatId: chat.id,
      epoch: chat.epoch,
      at: this.at.toISOString(),
      actor,
      data,
    } as ChatEventEnvelope;
  }

  private async write(): Promise<void> {
    await insertRows(this.manager, 'messages', this.messages);
    await insertRows(this.manager, 'chat_events', this.events);
    const rows = [...this.changed].map((chat) => ({
      id: chat.id,
      display_name: chat.displayName,
      owner: chat.owner,
      epoch: chat.epoch,
      next_seq: chat.nextSeq,
      running_turn_id: chat.runningTurnId,
      queued_turns: chat.queuedTurns,
      agent_id: chat.agentId,
      waiting_since: chat.waitingSince && toSqlTime(chat.waitingSince),
      last_accessed_at: toSqlTime(this.at),
    }));
    await updateRows(this.manager, 'chats', rows);
  }
}

const lockedChat = (row: ChatRow): LockedChat => ({
  id: row.id,
  botId: row.bot_id,
  channel: row.channel,
  displayName: row.display_name,
  owner: row.owner,
  epoch: row.epoch,
  nextSeq: row.next_seq,
  runningTurnId: row.running_turn_id,
  queuedTurns: row.queued_turns,
  agentId: row.agent_id,
  waitingSince: row.waiting_since === null ? null : fromSqlTime(row.waiting_since),
});

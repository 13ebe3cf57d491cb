import { Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import {
  FlagColumn,
  IdColumn,
  IntColumn,
  JsonColumn,
  PrimaryId,
  StringColumn,
  TextColumn,
  TimeColumn,
  type JsonValue,
} from '../columns.js';
import { Chat } from './chats/chat.entity.js';

/*
 * What is exchanged with services that call us back: what they sent is kept until it is handled, what we owe them until it is sent. Rows
 * of one lane (one person on one channel) are worked on one after the other, in the order of their ids.
 */

export type InboxState = 'pending' | 'handled' | 'dead';
export type OutboxState = 'pending' | 'sent' | 'dead';

@Entity('inbox')
@Index('ux_inbox_message', ['channel', 'externalId'], { unique: true })
@Index('ix_inbox_due', ['channel', 'state', 'lane', 'id'])
@Index('ix_inbox_handled', ['state', 'handledAt'])
export class InboxMessage {
  @PrimaryGeneratedColumn({ type: 'int' })
  id: number;

  @StringColumn(20)
  channel: string;

  /** The sender's own id of the message: what comes twice is known by it. */
  @StringColumn(64)
  externalId: string;

  @StringColumn(64)
  lane: string;

  /** Forgotten when the message was handled: by then the chat holds it. */
  @JsonColumn({ nullable: true })
  payload: JsonValue;

  @StringColumn(10)
  state: InboxState;

  @IntColumn()
  attempts: number;

  /** Who works on it now. */
  @IdColumn({ nullable: true })
  claim: string | null;

  /** In database time: when it may be worked on (again). While it is claimed, the end of the claim. */
  @TimeColumn()
  dueAt: Date;

  @StringColumn(300, { nullable: true })
  error: string | null;

  @TimeColumn()
  receivedAt: Date;

  @TimeColumn({ nullable: true })
  handledAt: Date | null;
}

@Entity('outbox')
@Index('ux_outbox_source', ['channel', 'sourceKey'], { unique: true })
@Index('ix_outbox_due', ['channel', 'state', 'lane', 'id'])
@Index('ix_outbox_state', ['channel', 'state', 'id'])
@Index('ix_outbox_external', ['channel', 'externalId'])
@Index('ix_outbox_settled', ['state', 'settledAt'])
export class OutboxMessage {
  @PrimaryGeneratedColumn({ type: 'int' })
  id: number;

  @StringColumn(20)
  channel: string;

  /** Where it goes. */
  @StringColumn(64)
  lane: string;

  @Index('ix_outbox_chat')
  @IdColumn({ nullable: true })
  chatId: string | null;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_outbox_chat' })
  chat?: Relation<Chat> | null;

  /** The chat's message that this is, or is a part of. */
  @IdColumn({ nullable: true })
  messageId: string | null;

  /** What it follows from: of one event of a chat each part is owed once. */
  @StringColumn(80)
  sourceKey: string;

  @TextColumn()
  text: string;

  @StringColumn(10)
  state: OutboxState;

  @IntColumn()
  attempts: number;

  /** An attempt was begun whose outcome is not known: the service must be asked before it is sent again. */
  @FlagColumn()
  isUncertain: boolean;

  @IdColumn({ nullable: true })
  claim: string | null;

  /** In database time: when it may be sent (again). While it is claimed, the end of the claim. */
  @TimeColumn()
  dueAt: Date;

  /** The service's id of the message. */
  @StringColumn(64, { nullable: true })
  externalId: string | null;

  /** What the service last said of it. */
  @StringColumn(20, { nullable: true })
  delivery: string | null;

  @StringColumn(40, { nullable: true })
  errorCode: string | null;

  @StringColumn(300, { nullable: true })
  errorDetail: string | null;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn({ nullable: true })
  firstAttemptAt: Date | null;

  @TimeColumn({ nullable: true })
  settledAt: Date | null;
}

/** How far a chat's log has been put into the outbox. */
@Entity('chat_deliveries')
export class ChatDelivery {
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_deliveries_chat' })
  chat?: Relation<Chat>;

  @IntColumn()
  deliveredSeq: number;
}

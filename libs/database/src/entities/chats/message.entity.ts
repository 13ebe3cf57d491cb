import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { IdColumn, IntColumn, JsonColumn, PrimaryId, StringColumn, TimeColumn } from '../../columns.js';
import { Chat } from './chat.entity.js';

export type MessageAuthor = 'customer' | 'bot' | 'agent' | 'system';
export type MessageKind = 'message' | 'note' | 'whisper';
export type MessageStatus = 'streaming' | 'complete' | 'interrupted' | 'failed';

@Entity('messages')
@Index('ix_messages_chat_seq', ['chatId', 'seq'])
export class Message {
  @PrimaryId()
  id: string;

  @IdColumn()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_messages_chat' })
  chat?: Relation<Chat>;

  /** The number of the event that brought the message into the log. */
  @IntColumn()
  seq: number;

  @StringColumn(10)
  author: MessageAuthor;

  /** `note`: seen by agents only; `whisper`: an instruction to the bot for its next turn, never shown to the customer. */
  @StringColumn(10)
  kind: MessageKind;

  /** Empty while the bot still speaks: what it has said so far is in `turn_chunks`. */
  @JsonColumn()
  text: string;

  @StringColumn(12)
  status: MessageStatus;

  @IdColumn({ nullable: true })
  turnId: string | null;

  @IntColumn({ nullable: true })
  agentId: number | null;

  @TimeColumn()
  createdAt: Date;
}

import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { IntColumn, PrimaryId, StringColumn } from '../../columns.js';
import { Chat } from './chat.entity.js';

/** What the simple chat knows of a chat beyond the chat itself. */
@Entity('simple_chat_threads')
@Index('ix_simple_chat_threads_visitor', ['visitorId', 'chatId'])
export class SimpleChatThread {
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_simple_chat_threads_chat' })
  chat?: Relation<Chat>;

  /** The visitor that stands for the user id; empty for a caller who gave none. */
  @StringColumn(64)
  visitorId: string;

  /** As the caller gave it; null when there was none. */
  @StringColumn(200, { nullable: true })
  userId: string | null;

  /** The customer has been answered up to this event: what people said later comes with the next answer. */
  @IntColumn()
  heardSeq: number;
}

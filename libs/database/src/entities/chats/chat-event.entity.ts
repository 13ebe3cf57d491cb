import { Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { IdColumn, IntColumn, JsonColumn, PrimaryId, StringColumn, TimeColumn } from '../../columns.js';
import { Chat } from './chat.entity.js';

export type EventAudience = 'everyone' | 'agents';

/** The log of a chat: numbered 1, 2, 3, … without gaps. Every reader sees the same. */
@Entity('chat_events')
export class ChatEvent {
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_events_chat' })
  chat?: Relation<Chat>;

  @PrimaryColumn({ type: 'int' })
  seq: number;

  @StringColumn(40)
  type: string;

  @JsonColumn()
  actor: Record<string, unknown>;

  @IntColumn()
  epoch: number;

  @StringColumn(10)
  audience: EventAudience;

  /** The message that the event brings or ends; its text is read from there, so that it is stored (and deleted) once. */
  @IdColumn({ nullable: true })
  messageId: string | null;

  @JsonColumn()
  data: Record<string, unknown>;

  @TimeColumn()
  createdAt: Date;
}

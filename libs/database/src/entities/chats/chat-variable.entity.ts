import { Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { PrimaryId, PrimaryKeyString, TextColumn, TimeColumn } from '../../columns.js';
import { Chat } from './chat.entity.js';

/** What the tools of a chat were told and have answered, by name; the last value wins. */
@Entity('chat_variables')
export class ChatVariable {
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_variables_chat' })
  chat?: Relation<Chat>;

  @PrimaryKeyString(128)
  name: string;

  /** JSON, as text: SQLite would turn a number in a json column into one of its own. */
  @TextColumn()
  value: string;

  @TimeColumn()
  updatedAt: Date;
}

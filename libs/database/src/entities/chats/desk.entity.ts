import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import {
  IntColumn,
  JsonColumn,
  PrimaryId,
  PrimaryKeyString,
  StringColumn,
  TextColumn,
  TimeColumn,
} from '../../columns.js';
import { User } from '../users/user.entity.js';
import { Chat } from './chat.entity.js';

/** A word that agents put on a chat, to find it again. */
@Entity('chat_tags')
export class ChatTag {
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_tags_chat' })
  chat?: Relation<Chat>;

  @Index('ix_chat_tags_tag')
  @PrimaryKeyString(40)
  tag: string;
}

/** How far an agent has read a chat. */
@Entity('chat_read_marks')
export class ChatReadMark {
  @PrimaryColumn({ type: 'int' })
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_chat_read_marks_user' })
  user?: Relation<User>;

  @Index('ix_chat_read_marks_chat')
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_read_marks_chat' })
  chat?: Relation<Chat>;

  @IntColumn()
  seq: number;
}

/** What an agent has begun to write in a chat. */
@Entity('chat_drafts')
export class ChatDraft {
  @PrimaryColumn({ type: 'int' })
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_chat_drafts_user' })
  user?: Relation<User>;

  @Index('ix_chat_drafts_chat')
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_drafts_chat' })
  chat?: Relation<Chat>;

  @JsonColumn()
  text: string;

  @TimeColumn()
  updatedAt: Date;
}

/** Filters of the list of chats that an agent has given a name. */
@Entity('chat_views')
@Index('ix_chat_views_user', ['userId', 'name', 'id'])
export class ChatView {
  @PrimaryId()
  id: string;

  @IntColumn()
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_chat_views_user' })
  user?: Relation<User>;

  @StringColumn(100)
  name: string;

  @JsonColumn()
  filters: Record<string, unknown>;

  @TimeColumn()
  createdAt: Date;
}

/** A text that agents need often, found by its shortcut. */
@Entity('canned_answers')
@Index('ix_canned_answers_user', ['userId', 'shortcut', 'id'])
export class CannedAnswer {
  @PrimaryId()
  id: string;

  /** Null for those that all agents share. */
  @IntColumn({ nullable: true })
  userId: number | null;

  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_canned_answers_user' })
  user?: Relation<User> | null;

  @StringColumn(40)
  shortcut: string;

  @StringColumn(100)
  title: string;

  @TextColumn()
  text: string;

  @TimeColumn()
  updatedAt: Date;
}

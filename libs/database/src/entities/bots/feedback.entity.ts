import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { IdColumn, IntColumn, JsonColumn, PrimaryId, TextColumn, TimeColumn } from '../../columns.js';
import { Bot } from './bot.entity.js';
import { Chat } from '../chats/chat.entity.js';

@Entity('feedback')
@Index('ix_feedback_bot', ['botId', 'createdAt', 'id'])
export class Feedback {
  @PrimaryId()
  id: string;

  @IdColumn()
  botId: string;

  @ManyToOne(() => Bot, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'bot_id', foreignKeyConstraintName: 'fk_feedback_bot' })
  bot?: Relation<Bot>;

  @Index('ix_feedback_chat')
  @IdColumn({ nullable: true })
  chatId: string | null;

  @ManyToOne(() => Chat, { onDelete: 'SET NULL', nullable: true })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_feedback_chat' })
  chat?: Relation<Chat> | null;

  @JsonColumn()
  userMessage: string;

  @JsonColumn()
  assistantMessage: string;

  @TextColumn()
  userComment: string;

  @IntColumn()
  voteId: number;

  @TimeColumn()
  messageCreatedAt: Date;

  @IntColumn({ nullable: true })
  status: number | null;

  @TextColumn({ nullable: true })
  adminComment: string | null;

  @TimeColumn({ nullable: true })
  adminUpdatedAt: Date | null;

  @TimeColumn()
  createdAt: Date;
}

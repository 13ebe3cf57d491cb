import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { FlagColumn, PrimaryId, TextColumn, TimeColumn } from '../../columns.js';
import { Bot } from './bot.entity.js';

/** A member of a start bot. */
@Entity('bot_links')
@Index('ix_bot_links_bot', ['botId'])
export class BotLink {
  @PrimaryId()
  startBotId: string;

  @ManyToOne(() => Bot, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'start_bot_id', foreignKeyConstraintName: 'fk_bot_links_start_bot' })
  startBot?: Relation<Bot>;

  @PrimaryId()
  botId: string;

  @ManyToOne(() => Bot, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'bot_id', foreignKeyConstraintName: 'fk_bot_links_bot' })
  bot?: Relation<Bot>;

  @FlagColumn()
  isDefaultBot: boolean;

  @TextColumn()
  keywords: string;

  @TimeColumn()
  createdAt: Date;
}

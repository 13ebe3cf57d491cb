import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { FlagColumn, IdColumn, JsonColumn, PrimaryId, TimeColumn } from '../../columns.js';
import { Bot } from './bot.entity.js';

@Entity('bot_facts')
@Index('ix_bot_facts_bot', ['botId', 'createdAt', 'id'])
export class BotFact {
  @PrimaryId()
  id: string;

  @IdColumn()
  botId: string;

  @ManyToOne(() => Bot, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'bot_id', foreignKeyConstraintName: 'fk_bot_facts_bot' })
  bot?: Relation<Bot>;

  @FlagColumn()
  isActive: boolean;

  @JsonColumn()
  factText: string;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}

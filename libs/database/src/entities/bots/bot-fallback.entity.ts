import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { IdColumn, PrimaryId, StringColumn } from '../../columns.js';
import { OpenAiService } from '../openai-service.entity.js';
import { Bot } from './bot.entity.js';

/** A service that answers for the bot when those before it cannot. It goes with the service. */
@Entity('bot_fallbacks')
@Index('ux_bot_fallbacks_service', ['serviceId', 'botId'], { unique: true })
export class BotFallback {
  @PrimaryId()
  botId: string;

  @ManyToOne(() => Bot, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'bot_id', foreignKeyConstraintName: 'fk_bot_fallbacks_bot' })
  bot?: Relation<Bot>;

  /** From 1 on, after the bot's own service. */
  @PrimaryColumn({ type: 'int' })
  position: number;

  @IdColumn()
  serviceId: string;

  @ManyToOne(() => OpenAiService, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'service_id', foreignKeyConstraintName: 'fk_bot_fallbacks_service' })
  service?: Relation<OpenAiService>;

  /** Null for the service's own. */
  @StringColumn(200, { nullable: true })
  modelName: string | null;
}

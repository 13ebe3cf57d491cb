import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import {
  FlagColumn,
  IdColumn,
  IntColumn,
  JsonColumn,
  PrimaryId,
  StringColumn,
  TextColumn,
  TimeColumn,
} from '../../columns.js';
import { Bot } from './bot.entity.js';

/** A function that the bot's model may call. */
@Entity('bot_tools')
@Index('ux_bot_tools_bot_name', ['botId', 'name'], { unique: true })
export class BotTool {
  @PrimaryId()
  id: string;

  @IdColumn()
  botId: string;

  @ManyToOne(() => Bot, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'bot_id', foreignKeyConstraintName: 'fk_bot_tools_bot' })
  bot?: Relation<Bot>;

  @StringColumn(64)
  name: string;

  @TextColumn()
  description: string;

  /** JSON Schema of the arguments. */
  @JsonColumn()
  parameters: Record<string, unknown>;

  /** Where the arguments are posted to, secrets in it masked; without it the arguments only become variables of the chat. */
  @TextColumn({ nullable: true })
  url: string | null;

  /** The address with its secrets, as an envelope bound to this row; null when it holds none. */
  @TextColumn({ nullable: true })
  sealedUrl: string | null;

  /** Names in the order they were given, values as AES-256-GCM envelopes bound to this row and to the origin of the address. */
  @JsonColumn()
  secretHeaders: { name: string; sealed: string }[];

  @IntColumn()
  timeoutMs: number;

  @FlagColumn()
  isActive: boolean;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}

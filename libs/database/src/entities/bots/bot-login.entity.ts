import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { PrimaryId, PrimaryKeyString } from '../../columns.js';
import { Bot } from './bot.entity.js';

export type BotRole = 'user' | 'contributor' | 'admin';

/** Who may use, edit or administer a bot that is not public: the bot's login lists, one row a login. */
@Entity('bot_logins')
@Index('ix_bot_logins_login', ['login', 'botId'])
export class BotLogin {
  @PrimaryId()
  botId: string;

  @ManyToOne(() => Bot, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'bot_id', foreignKeyConstraintName: 'fk_bot_logins_bot' })
  bot?: Relation<Bot>;

  /** Lower case. */
  @PrimaryKeyString(190)
  login: string;

  @PrimaryKeyString(12)
  role: BotRole;
}

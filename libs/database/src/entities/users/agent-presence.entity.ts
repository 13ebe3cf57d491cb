import { Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { IntColumn, StringColumn, TimeColumn } from '../../columns.js';
import { User } from './user.entity.js';

export type AgentStatus = 'online' | 'away';

/** Whether an agent takes chats, and how many. An agent whose `seenUntil` has passed is offline. */
@Entity('agent_presence')
export class AgentPresence {
  @PrimaryColumn({ type: 'int' })
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_agent_presence_user' })
  user?: Relation<User>;

  @StringColumn(10)
  status: AgentStatus;

  /** Chats held at once. */
  @IntColumn()
  capacity: number;

  @TimeColumn()
  seenUntil: Date;
}

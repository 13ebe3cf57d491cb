import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { IntColumn, JsonColumn, PrimaryId, StringColumn, TimeColumn } from '../../columns.js';
import { User } from './user.entity.js';

/** A system prompt that a user saved and can attach to chats. */
@Entity('user_system_messages')
@Index('ix_user_system_messages_user', ['userId', 'displayName', 'id'])
export class UserSystemMessage {
  @PrimaryId()
  id: string;

  @IntColumn()
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_user_system_messages_user' })
  user?: Relation<User>;

  @StringColumn(200)
  displayName: string;

  @JsonColumn()
  systemMessage: string;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}

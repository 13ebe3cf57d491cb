import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import {
  FlagColumn,
  IdColumn,
  IntColumn,
  PrimaryId,
  PrimaryKeyString,
  StringColumn,
  TimeColumn,
} from '../../columns.js';
import { Bot } from '../bots/bot.entity.js';
import { UserSystemMessage } from '../users/user-system-message.entity.js';
import { User } from '../users/user.entity.js';

/** Who speaks in the chat now. */
export type ChatOwner = 'bot' | 'requested' | 'human' | 'closed';

@Entity('chats')
@Index('ix_chats_user_accessed', ['userId', 'isAdminChat', 'lastAccessedAt', 'id'])
@Index('ix_chats_user_bot_accessed', ['userId', 'botId', 'isAdminChat', 'lastAccessedAt', 'id'])
@Index('ix_chats_user_message_accessed', [
  'userId',
  'botId',
  'userSystemMessageId',
  'isAdminChat',
  'lastAccessedAt',
  'id',
])
@Index('ix_chats_user_favorite_accessed', ['userId', 'isAdminChat', 'isFavorite', 'lastAccessedAt', 'id'])
@Index('ix_chats_user_name', ['userId', 'isAdminChat', 'displayName', 'id'])
@Index('ix_chats_user_created', ['userId', 'isAdminChat', 'createdAt', 'id'])
@Index('ix_chats_owner', ['owner', 'leaseUntil'])
@Index('ix_chats_waiting', ['owner', 'waitingSince'])
@Index('ix_chats_agent', ['agentId', 'owner'])
@Index('ix_chats_running', ['runningTurnId'])
@Index('ix_chats_channel', ['channel', 'createdAt', 'id'])
@Index('ix_chats_accessed', ['lastAccessedAt', 'id'])
@Index('ix_chats_owner_accessed', ['owner', 'lastAccessedAt', 'id'])
@Index('ix_chats_visitor', ['visitorId'])
@Index('ix_chats_bot_accessed', ['botId', 'lastAccessedAt', 'id'])
export class Chat {
  @PrimaryId()
  id: string;

  /** Null for chats of anonymous callers and visitors: those are reached by their unguessable id. */
  @IntColumn({ nullable: true })
  userId: number | null;

  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_chats_user' })
  user?: Relation<User> | null;

  @StringColumn(64, { nullable: true })
  visitorId: string | null;

  @IdColumn()
  botId: string;

  @ManyToOne(() => Bot, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'bot_id', foreignKeyConstraintName: 'fk_chats_bot' })
  bot?: Relation<Bot>;

  @StringColumn(300)
  displayName: string;

  /** A person chose the name; until then it is the beginning of the first message. */
  @FlagColumn()
  isNamed: boolean;

  @FlagColumn()
  isFavorite: boolean;

  @FlagColumn()
  isAdminChat: boolean;

  @Index('ix_chats_user_system_message')
  @IdColumn({ nullable: true })
  userSystemMessageId: string | null;

  @ManyToOne(() => UserSystemMessage, { onDelete: 'SET NULL', nullable: true })
  @JoinColumn({ name: 'user_system_message_id', foreignKeyConstraintName: 'fk_chats_user_system_message' })
  userSystemMessage?: Relation<UserSystemMessage> | null;

  @StringColumn(20)
  channel: string;

  @StringColumn(12)
  owner: ChatOwner;

  /** Fencing token: grows whenever the right to speak passes on. What an older epoch produced is never stored. */
  @IntColumn()
  epoch: number;

  @IntColumn({ nullable: true })
  agentId: number | null;

  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;

  /** Since when the customer has been waiting for a person. */
  @TimeColumn({ nullable: true })
  waitingSince: Date | null;

  /** The number the next event gets; events count 1, 2, 3, … without gaps. */
  @IntColumn()
  nextSeq: number;

  /** The one turn that may write into this chat now. */
  @IdColumn({ nullable: true })
  runningTurnId: string | null;

  /** Turns that wait for the running one. */
  @IntColumn()
  queuedTurns: number;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  lastAccessedAt: Date;
}

/** Says which chat is the one of a visitor at a bot on a channel, for channels where there is one. */
@Entity('chat_addresses')
export class ChatAddress {
  /** SHA-256 of channel, bot and visitor, hex. */
  @PrimaryKeyString(64)
  addressHash: string;

  @Index('ix_chat_addresses_chat')
  @IdColumn()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_addresses_chat' })
  chat?: Relation<Chat>;
}

/** Grows with every change of what a user's lists of chats hold, so that totals can be remembered and still be right. */
@Entity('chat_list_versions')
export class ChatListVersion {
  @PrimaryColumn({ type: 'int' })
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_chat_list_versions_user' })
  user?: Relation<User>;

  @IntColumn()
  version: number;
}

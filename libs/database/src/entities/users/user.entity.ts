import { Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { FlagColumn, IntColumn, JsonColumn, StringColumn, TimeColumn } from '../../columns.js';

export type Role = 'user' | 'agent' | 'admin';

@Entity('users')
export class User {
  @PrimaryGeneratedColumn({ type: 'int' })
  id: number;

  @Index('ux_users_login', { unique: true })
  @StringColumn(190)
  login: string;

  /** `issuer|subject` of an OIDC identity. */
  @Index('ux_users_subject', { unique: true })
  @StringColumn(400, { nullable: true })
  subject: string | null;

  /** What customers see while this person holds a chat. */
  @StringColumn(190)
  displayName: string;

  @JsonColumn()
  roles: Role[];

  @TimeColumn({ nullable: true })
  termsAcceptedAt: Date | null;

  @FlagColumn()
  isKeepChatHistory: boolean;

  /** 0 keeps chats without limit. */
  @IntColumn()
  keepChatHistoryForDays: number;

  @FlagColumn()
  isKeepFavoritesForever: boolean;

  @TimeColumn()
  createdAt: Date;
}

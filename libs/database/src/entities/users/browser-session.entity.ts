import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { IdColumn, IntColumn, PrimaryId, StringColumn, TimeColumn } from '../../columns.js';
import { ApiKey } from './api-key.entity.js';
import { User } from './user.entity.js';

/** A user who has signed in with a browser. A session that has ended has no row. */
@Entity('browser_sessions')
@Index('ix_browser_sessions_user', ['userId', 'createdAt'])
export class BrowserSession {
  @PrimaryId()
  id: string;

  @IntColumn()
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_browser_sessions_user' })
  user?: Relation<User>;

  /** The API key that was exchanged for the session, which ends with it; null after a sign-in at the issuer. */
  @Index('ix_browser_sessions_key')
  @IdColumn({ nullable: true })
  apiKeyId: string | null;

  @ManyToOne(() => ApiKey, { onDelete: 'CASCADE', nullable: true })
  @JoinColumn({ name: 'api_key_id', foreignKeyConstraintName: 'fk_browser_sessions_key' })
  apiKey?: Relation<ApiKey> | null;

  /** SHA-256 of the secret in the cookie, hex. */
  @StringColumn(64)
  secretHash: string;

  /** The secret before it, which requests that were under way still carry. */
  @StringColumn(64, { nullable: true })
  previousHash: string | null;

  /** Null until the newer secret was seen: the answer that brought it may have been lost. */
  @TimeColumn({ nullable: true })
  previousUntil: Date | null;

  @TimeColumn()
  rotatedAt: Date;

  /** What the browser calls itself, so that its owner can tell sessions apart. */
  @StringColumn(200)
  browser: string;

  @TimeColumn()
  createdAt: Date;

  /** Exact to a minute. */
  @TimeColumn()
  lastUsedAt: Date;

  @Index('ix_browser_sessions_expires')
  @TimeColumn()
  expiresAt: Date;
}

import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { IntColumn, PrimaryId, StringColumn, TimeColumn } from '../../columns.js';
import { User } from './user.entity.js';

@Entity('api_keys')
export class ApiKey {
  @PrimaryId()
  id: string;

  @Index('ix_api_keys_user')
  @IntColumn()
  userId: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_api_keys_user' })
  user?: Relation<User>;

  @StringColumn(100)
  name: string;

  /** SHA-256 of the key, hex. The key itself is shown once and never stored. */
  @Index('ux_api_keys_hash', { unique: true })
  @StringColumn(64)
  hash: string;

  /** The first characters, so that a person can tell keys apart. */
  @StringColumn(16)
  prefix: string;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn({ nullable: true })
  expiresAt: Date | null;

  @TimeColumn({ nullable: true })
  lastUsedAt: Date | null;

  @TimeColumn({ nullable: true })
  revokedAt: Date | null;
}

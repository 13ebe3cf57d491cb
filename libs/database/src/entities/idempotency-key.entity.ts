import { Entity, Index } from 'typeorm';
import { IntColumn, JsonColumn, PrimaryKeyString, StringColumn, TimeColumn, type JsonValue } from '../columns.js';

/** One effect per caller, route and key. The primary key is the arbiter. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  /** SHA-256 over caller, method, path and key, hex. */
  @PrimaryKeyString(64)
  hash: string;

  @StringColumn(64)
  requestHash: string;

  @StringColumn(10)
  state: 'running' | 'done';

  @IntColumn({ nullable: true })
  status: number | null;

  @JsonColumn({ nullable: true })
  answer: JsonValue;

  @Index('ix_idempotency_keys_created')
  @TimeColumn()
  createdAt: Date;
}

import { Entity, Index } from 'typeorm';
import { JsonColumn, PrimaryId, PrimaryKeyString, StringColumn, TimeColumn, type JsonValue } from '../columns.js';

/** Settings that change while the server runs: banner, stop switch, open bot, job leases. */
@Entity('system_state')
export class SystemState {
  @PrimaryKeyString(60)
  name: string;

  @JsonColumn()
  value: JsonValue;

  @TimeColumn()
  updatedAt: Date;
}

/** Who did what in administration and takeover. */
@Entity('audit_log')
export class AuditEntry {
  @PrimaryId()
  id: string;

  @StringColumn(190)
  actor: string;

  @StringColumn(60)
  action: string;

  @Index('ix_audit_log_target')
  @StringColumn(80)
  target: string;

  @JsonColumn()
  data: Record<string, unknown>;

  @Index('ix_audit_log_at')
  @TimeColumn()
  createdAt: Date;
}

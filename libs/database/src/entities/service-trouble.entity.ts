import { Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { PrimaryId, StringColumn, TimeColumn } from '../columns.js';
import { OpenAiService } from './openai-service.entity.js';

/** What an instance finds wrong with a service at the moment. An instance that finds nothing has no row. */
@Entity('service_troubles')
export class ServiceTrouble {
  @PrimaryId()
  serviceId: string;

  @ManyToOne(() => OpenAiService, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'service_id', foreignKeyConstraintName: 'fk_service_troubles_service' })
  service?: Relation<OpenAiService>;

  @PrimaryId()
  instanceId: string;

  @StringColumn(10)
  state: 'degraded' | 'down';

  /** The error code of what failed last. */
  @StringColumn(64)
  code: string;

  @TimeColumn()
  since: Date;

  /** Renewed while the trouble lasts: a row that is not belongs to a dead instance. */
  @TimeColumn()
  seenAt: Date;
}

import type { CapabilityMatrix, Finding, ModelCapability, ModelDialect } from '@app/contracts';
import { Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { FlagColumn, JsonColumn, PrimaryId, StringColumn, TextColumn, TimeColumn } from '../columns.js';
import { OpenAiService } from './openai-service.entity.js';

export interface DatedFinding extends Finding {
  foundAt: string;
}

/** The lines that were known when it was stored: later ones are missing. */
export interface StoredMatrix extends Omit<CapabilityMatrix, 'endpoints' | 'capabilities'> {
  endpoints: Partial<Record<ModelDialect, DatedFinding>>;
  capabilities: Partial<Record<ModelCapability, DatedFinding>>;
}

export interface StoredModel {
  id: string;
  shutdownDate: string | null;
  replacedBy: string | null;
  contextTokens: number | null;
}

/** What the probes of a service have found out. It counts as long as the service has the endpoint that was probed. */
@Entity('service_probes')
export class ServiceProbe {
  @PrimaryId()
  serviceId: string;

  @ManyToOne(() => OpenAiService, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'service_id', foreignKeyConstraintName: 'fk_service_probes_service' })
  service?: Relation<OpenAiService>;

  /** Empty for the demo. */
  @TextColumn()
  endpoint: string;

  /** What was spoken, and to which model, when it last worked; null until then. */
  @StringColumn(20, { nullable: true })
  dialect: ModelDialect | null;

  @StringColumn(200, { nullable: true })
  model: string | null;

  @TimeColumn()
  probedAt: Date;

  @JsonColumn()
  matrix: StoredMatrix;

  /** The list of models that was seen last; null when there never was one. */
  @JsonColumn({ nullable: true })
  models: StoredModel[] | null;

  @FlagColumn()
  isListComplete: boolean;

  @TimeColumn({ nullable: true })
  listedAt: Date | null;
}

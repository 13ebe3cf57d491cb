import type { ModelDialect } from '@app/contracts';
import { Entity, Index } from 'typeorm';
import { FlagColumn, IntColumn, JsonColumn, PrimaryId, StringColumn, TextColumn, TimeColumn } from '../columns.js';

export interface StoredCapabilities {
  streaming: boolean;
  streamingUsage: boolean;
  tools: boolean;
  jsonSchema: boolean;
  images: boolean;
  /** By model: what requests leave out or do differently because the service refuses it otherwise. */
  adjustments?: Record<string, StoredAdjustments>;
}

export interface StoredAdjustments {
  omitted: string[];
  arrangement: 'free' | 'alternating' | 'without_system';
  contextTokens: number | null;
}

export interface StoredHealth {
  checkedAt: string;
  reachable: boolean;
  latencyMs: number | null;
  problem: { code: string; detail: string } | null;
}

/** A header or a parameter of addresses; what is a secret is sealed, and belongs to this row and to the endpoint's origin. */
export type ServiceField = { name: string; value: string } | { name: string; sealed: string };

/** An application of Microsoft Entra; its secret belongs to this row, to the login service and to the endpoint's origin. */
export interface StoredEntra {
  loginUrl: string;
  tenantId: string;
  clientId: string;
  scope: string;
  sealedSecret: string;
}

@Entity('openai_services')
export class OpenAiService {
  @PrimaryId()
  id: string;

  @Index('ix_openai_services_display_name')
  @StringColumn(200)
  displayName: string;

  @FlagColumn()
  isActive: boolean;

  /** Normalised base URL; null until an administrator sets it. */
  @TextColumn({ nullable: true })
  endpoint: string | null;

  @FlagColumn()
  isAzure: boolean;

  /** The in-process demo: its endpoint is known only while the server runs. */
  @FlagColumn()
  isDemo: boolean;

  /** AES-256-GCM envelope, bound to this row and to the endpoint's origin. */
  @TextColumn({ nullable: true })
  encryptedKey: string | null;

  /** Of every request; null for none. */
  @JsonColumn({ nullable: true })
  extraHeaders: ServiceField[] | null;

  /** Of every address; null for none. */
  @JsonColumn({ nullable: true })
  extraQuery: ServiceField[] | null;

  /** Gets tokens that are shown in place of the key. */
  @JsonColumn({ nullable: true })
  entra: StoredEntra | null;

  /** What is spoken to the service: the administrator's choice, or what the probe found. */
  @StringColumn(20)
  dialect: ModelDialect;

  /** The administrator's choice; null leaves it to the probe. */
  @StringColumn(20, { nullable: true })
  chosenDialect: ModelDialect | null;

  @JsonColumn({ nullable: true })
  capabilities: StoredCapabilities | null;

  @JsonColumn({ nullable: true })
  health: StoredHealth | null;

  /** For bots that name no model: from the environment, or from the list of the service. */
  @StringColumn(200, { nullable: true })
  defaultModel: string | null;

  /** The administrator's choice, which comes before `defaultModel`. */
  @StringColumn(200, { nullable: true })
  chosenModel: string | null;

  /** How many calls each instance makes at once; null for any number. */
  @IntColumn({ nullable: true })
  maxConcurrency: number | null;

  /** How long a call waits for its place; null for `PROVIDER_QUEUE_SECONDS`. */
  @IntColumn({ nullable: true })
  queueSeconds: number | null;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}

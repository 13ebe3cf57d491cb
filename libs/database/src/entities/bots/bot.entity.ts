import type { ReasoningEffort, Verbosity } from '@app/contracts';
import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import {
  FlagColumn,
  IdColumn,
  JsonColumn,
  PrimaryId,
  StringColumn,
  TextColumn,
  TimeColumn,
  type JsonValue,
} from '../../columns.js';
import { OpenAiService } from '../openai-service.entity.js';
import { StoredFile } from '../stored-file.entity.js';

/** How the bot uses its model; null leaves the choice to the service. */
export interface BotParameters {
  temperature: number | null;
  maxOutputTokens: number | null;
  /** The model names the chat after its first answer. */
  isTitledByModel?: boolean;
  reasoningEffort?: ReasoningEffort | null;
  verbosity?: Verbosity | null;
  topP?: number | null;
  stop?: string[] | null;
  seed?: number | null;
  /** Answers are JSON of this schema. */
  answerSchema?: { [keyword: string]: JsonValue } | null;
  /** Further fields of the requests to the service. */
  extraBody?: { [field: string]: JsonValue } | null;
}

/** Deleted bots stay as rows: old chats go on showing who answered. */
@Entity('bots')
export class Bot {
  @PrimaryId()
  id: string;

  @Index('ux_bots_code', { unique: true })
  @StringColumn(140)
  code: string;

  @Index('ix_bots_display_name')
  @StringColumn(200)
  displayName: string;

  @StringColumn(200)
  displayNameDe: string;

  @TextColumn()
  displayMessage: string;

  @TextColumn()
  displayMessageDe: string;

  @TextColumn()
  description: string;

  @TextColumn()
  descriptionDe: string;

  @StringColumn(500)
  sampleQuestion1: string;

  @StringColumn(500)
  sampleQuestion1De: string;

  @StringColumn(500)
  sampleQuestion2: string;

  @StringColumn(500)
  sampleQuestion2De: string;

  /** The prompt's beginning. A string of any length, hence json. */
  @JsonColumn()
  baseSystemMessage: string;

  @FlagColumn()
  isActive: boolean;

  @FlagColumn()
  isPublic: boolean;

  @FlagColumn()
  isStartBot: boolean;

  @FlagColumn()
  isUserSystemMessageSupported: boolean;

  @StringColumn(60)
  implementationType: string;

  /** The three login lists as the administrator typed them; `bot_logins` holds them taken apart. */
  @TextColumn()
  userLogins: string;

  @TextColumn()
  adminLogins: string;

  @TextColumn()
  contributorLogins: string;

  @Index('ix_bots_service')
  @IdColumn({ nullable: true, name: 'openai_service_id' })
  openAiServiceId: string | null;

  @ManyToOne(() => OpenAiService, { onDelete: 'RESTRICT', nullable: true })
  @JoinColumn({ name: 'openai_service_id', foreignKeyConstraintName: 'fk_bots_service' })
  openAiService?: Relation<OpenAiService> | null;

  @StringColumn(200, { nullable: true })
  modelName: string | null;

  @JsonColumn()
  parameters: BotParameters;

  /** The configuration pairs of the catalogue, by name; secrets inside are encrypted. */
  @JsonColumn()
  configuration: Record<string, JsonValue>;

  @Index('ix_bots_image')
  @IdColumn({ nullable: true })
  imageFileId: string | null;

  @ManyToOne(() => StoredFile, { onDelete: 'SET NULL', nullable: true })
  @JoinColumn({ name: 'image_file_id', foreignKeyConstraintName: 'fk_bots_image' })
  imageFile?: Relation<StoredFile> | null;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;

  @TimeColumn({ nullable: true })
  deletedAt: Date | null;
}

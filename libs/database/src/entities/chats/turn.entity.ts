import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { FlagColumn, IdColumn, IntColumn, JsonColumn, PrimaryId, StringColumn, TimeColumn } from '../../columns.js';
import { Chat } from './chat.entity.js';

export type TurnStatus = 'queued' | 'running' | 'completed' | 'interrupted' | 'failed' | 'superseded';

export interface TurnOptions {
  ignoreChatHistory: boolean;
  isTraceLogEnabled: boolean;
  /** The customer gets whole answers only: one that is cut by the end of its instance is repeated once. */
  isRepeatedWhenCut?: boolean;
  /** The W3C headers of the request that brought the message, where traces are collected. */
  trace?: Record<string, string>;
  /** How a start bot came to choose the bot that answers. */
  routing?: { startBotId: string; how: 'keywords' | 'model' | 'default' };
}

/** A file that the model was given with the question. */
export interface TurnSource {
  id: string;
  /** Within the chat's folder. */
  path: string;
}

/** What the model says that its answer refers to. */
export interface TurnCitation {
  title: string;
  /** A page of the web; null for a file that the model service keeps. */
  url: string | null;
}

export interface TurnMetaData {
  sources: TurnSource[];
  citations?: TurnCitation[];
}

/** What a model needs to see again with later questions. */
export interface KeptThoughts {
  /** The service and model that it came from; no other understands it. */
  origin: string;
  /** Encrypted reasoning, as it came. */
  items: Record<string, unknown>[];
  /** What the service added to the answer, as it came. */
  extra: Record<string, unknown> | null;
}

/** Why a turn did not complete: a stable code and a sentence. */
export interface TurnError {
  code: string;
  detail: string;
  /** When another try may succeed, if that is known. */
  retryAfterSeconds?: number;
}

/** One bot answer: a "completion" of the catalogue. */
@Entity('turns')
@Index('ix_turns_chat_seq', ['chatId', 'seq'])
@Index('ix_turns_status_lease', ['status', 'leaseUntil'])
export class Turn {
  @PrimaryId()
  id: string;

  @IdColumn()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_turns_chat' })
  chat?: Relation<Chat>;

  /** The bot that answers; in a chat on a start bot, the member that the message was routed to. */
  @IdColumn()
  botId: string;

  /** The event number of the customer's message that this turn answers. */
  @IntColumn()
  seq: number;

  @IntColumn()
  epoch: number;

  @StringColumn(12)
  status: TurnStatus;

  @IdColumn()
  inputMessageId: string;

  @IdColumn()
  outputMessageId: string;

  @IdColumn({ nullable: true })
  serviceId: string | null;

  @StringColumn(200, { nullable: true })
  model: string | null;

  /** Calls of the model service. */
  @IntColumn()
  attempts: number;

  /** How often the turn was restarted because its instance died. */
  @IntColumn()
  recoveries: number;

  @JsonColumn()
  options: TurnOptions;

  @IntColumn()
  inputTokens: number;

  @IntColumn()
  cachedTokens: number;

  @IntColumn()
  outputTokens: number;

  @IntColumn()
  reasoningTokens: number;

  /** The service did not report usage (or the answer was cut): the numbers are ours. */
  @FlagColumn()
  isUsageEstimated: boolean;

  @JsonColumn({ nullable: true })
  error: TurnError | null;

  @JsonColumn({ nullable: true })
  trace: Record<string, unknown> | null;

  @JsonColumn({ nullable: true })
  metaData: TurnMetaData | null;

  /** The event number at which the history that the model received begins, if this turn has shortened it: later turns begin there as well. */
  @IntColumn({ nullable: true })
  contextFrom: number | null;

  @JsonColumn({ nullable: true })
  kept: KeptThoughts | null;

  /** Who is counted in the statistics: `user:1`, `visitor:…` or `anonymous`. */
  @StringColumn(80)
  userKey: string;

  /** Hash of caller, route and Idempotency-Key. */
  @Index('ux_turns_request_key', { unique: true })
  @StringColumn(64, { nullable: true })
  requestKey: string | null;

  @StringColumn(64, { nullable: true })
  requestHash: string | null;

  /** In database time. A running turn whose lease has passed belongs to a dead instance. */
  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn({ nullable: true })
  startedAt: Date | null;

  @TimeColumn({ nullable: true })
  endedAt: Date | null;
}

/** Streamed text, committed before it is delivered; dropped when the message is final. */
@Entity('turn_chunks')
export class TurnChunk {
  @PrimaryId()
  turnId: string;

  @ManyToOne(() => Turn, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'turn_id', foreignKeyConstraintName: 'fk_turn_chunks_turn' })
  turn?: Relation<Turn>;

  /** Characters (UTF-16 code units) of the message before this chunk. */
  @PrimaryColumn({ type: 'int', name: 'chunk_offset' })
  chunkOffset: number;

  @JsonColumn()
  text: string;
}

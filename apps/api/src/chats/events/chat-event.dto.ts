import { Whole } from '@app/common';
import {
  OWNERSHIP_REASONS,
  type ChatEventEnvelope,
  type ChatEventType,
  type ChatOwner,
  type OwnershipReason,
} from '@app/contracts';
import type { Type } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ChatCompletionResponseDto } from '../completions/completion.dto.js';
import { ToolCalledDataDto, ToolReturnedDataDto } from './tool-event.dto.js';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const CHAT_OWNERS: readonly ChatOwner[] = ['bot', 'requested', 'human', 'closed'];
const MAX_EVENTS = 500;
const DEFAULT_EVENTS = 100;

export class ChatEventsQuery {
  /** Returns events with a higher seq. `Last-Event-ID` takes precedence. */
  @IsOptional()
  @Whole()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  @ApiProperty({ type: 'integer', minimum: 0, default: 0, required: false })
  after: number = 0;

  /** Maximum number of events (JSON only). */
  @IsOptional()
  @Whole()
  @IsInt()
  @Min(1)
  @Max(MAX_EVENTS)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_EVENTS, default: DEFAULT_EVENTS, required: false })
  limit: number = DEFAULT_EVENTS;
}

export class ActorDto {
  @ApiProperty({ enum: ['customer', 'bot', 'agent', 'system'], example: 'bot' })
  kind: string;
  @ApiProperty({ type: 'string', nullable: true, example: ID })
  id: string | null;
  /** The name for display. */
  @ApiProperty({ example: 'Welcome' })
  name: string;
}

export class TurnUsageDto {
  @ApiProperty({ type: 'integer', example: 12 })
  inputTokens: number;
  @ApiProperty({ type: 'integer', example: 0 })
  cachedTokens: number;
  @ApiProperty({ type: 'integer', example: 5 })
  outputTokens: number;
  @ApiProperty({ type: 'integer', example: 0 })
  reasoningTokens: number;
  /** The model service did not report tokens, or the answer was interrupted. */
  @ApiProperty({ example: false })
  isEstimated: boolean;
}

export class TurnErrorDto {
  @ApiProperty({ example: 'PROVIDER_TIMEOUT' })
  code: string;
  @ApiProperty({ example: 'The model service did not answer in time.' })
  detail: string;
  /** When another try may succeed, if that is known. */
  @ApiProperty({ type: 'integer', example: 15, required: false })
  retryAfterSeconds?: number;
}

export class MessageCreatedDataDto {
  @ApiProperty({ example: ID })
  messageId: string;
  @ApiProperty({ enum: ['customer', 'agent', 'system'], example: 'customer' })
  author: string;
  @ApiProperty({ example: 'Hello, what can you do?' })
  text: string;
  /** The turn that answers the message; null when an agent does. */
  @ApiProperty({ type: 'string', nullable: true, example: ID })
  turnId: string | null;
}

export class TurnStartedDataDto {
  @ApiProperty({ example: ID })
  turnId: string;
  @ApiProperty({ example: ID })
  messageId: string;
  @ApiProperty({ example: ID })
  inputMessageId: string;
  @ApiProperty({ example: ID })
  botId: string;
}

export class MessageCompletedDataDto {
  @ApiProperty({ example: ID })
  messageId: string;
  @ApiProperty({ example: ID })
  turnId: string;
  /** The whole text. */
  @ApiProperty({ example: 'I answer questions.' })
  text: string;
  @ApiProperty({ enum: ['complete', 'interrupted', 'failed'], example: 'complete' })
  status: string;
}

export class TurnEndedDataDto {
  @ApiProperty({ example: ID })
  turnId: string;
  @ApiProperty({ enum: ['completed', 'interrupted', 'failed', 'superseded'], example: 'completed' })
  status: string;
  usage: TurnUsageDto;
  @ApiProperty({ type: TurnErrorDto, nullable: true, example: null })
  error: TurnErrorDto | null;
  /** Only in the stream of a completion. */
  @ApiProperty({ required: false })
  completion?: ChatCompletionResponseDto;
}

export class EventAgentDto {
  @ApiProperty({ type: 'integer', example: 7 })
  id: number;
  @ApiProperty({ example: 'Ada' })
  name: string;
}

export class OwnershipChangedDataDto {
  @ApiProperty({ enum: CHAT_OWNERS, example: 'requested' })
  from: ChatOwner;
  @ApiProperty({ enum: CHAT_OWNERS, example: 'human' })
  to: ChatOwner;
  @ApiProperty({ enum: OWNERSHIP_REASONS, example: 'agent_takeover' })
  reason: OwnershipReason;
  /** The agent who owns the chat now, if any. */
  @ApiProperty({ type: EventAgentDto, nullable: true })
  agent: EventAgentDto | null;
}

/** A note for other agents, or a whisper to the bot: only agents see them. */
export class NoteCreatedDataDto {
  @ApiProperty({ example: ID })
  messageId: string;
  @ApiProperty({ example: 'Has called twice already.' })
  text: string;
}

/** A message was not delivered to the customer by an external service. Only agents see this event. */
export class DeliveryFailedDataDto {
  @ApiProperty({ example: 'whatsapp' })
  channel: string;
  /** Null when the failure does not concern a message of the chat. */
  @ApiProperty({ type: 'string', nullable: true, example: ID })
  messageId: string | null;
  /** The external service's code. */
  @ApiProperty({ example: '63016' })
  code: string;
  @ApiProperty({ example: 'The customer last wrote more than 24 hours ago.' })
  detail: string;
}

const DATA_BY_TYPE = {
  'message.created': MessageCreatedDataDto,
  'turn.started': TurnStartedDataDto,
  'message.completed': MessageCompletedDataDto,
  'turn.ended': TurnEndedDataDto,
  'tool.called': ToolCalledDataDto,
  'tool.returned': ToolReturnedDataDto,
  'ownership.changed': OwnershipChangedDataDto,
  'note.created': NoteCreatedDataDto,
  'whisper.created': NoteCreatedDataDto,
  'delivery.failed': DeliveryFailedDataDto,
} satisfies Record<ChatEventType, Type>;
const DATA = [...new Set<Type>(Object.values(DATA_BY_TYPE))];

/** An event of a chat's log. */
@ApiExtraModels(...DATA)
export class ChatEventDto {
  /** 1, 2, 3, … without gaps. */
  @ApiProperty({ type: 'integer', example: 3 })
  seq: number;
  @ApiProperty({ enum: Object.keys(DATA_BY_TYPE), example: 'message.completed' })
  type: string;
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ type: 'integer', example: 1 })
  epoch: number;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  at: string;
  actor: ActorDto;
  /** Depends on `type`. */
  @ApiProperty({
    anyOf: DATA.map((model) => ({ $ref: getSchemaPath(model) })),
    example: { messageId: ID, turnId: ID, text: 'I answer questions.', status: 'complete' },
  })
  data: object;
}

/** Text of a running answer: `event: message.delta`. The SSE id `seq:offset` is its position. */
export class MessageDeltaDto {
  @ApiProperty({ example: ID })
  messageId: string;
  @ApiProperty({ example: ID })
  turnId: string;
  /** Characters (UTF-16 code units) of the message before `text`. */
  @ApiProperty({ type: 'integer', example: 0 })
  offset: number;
  @ApiProperty({ example: 'I answer' })
  text: string;
}

export class ChatEventsDto {
  @ApiProperty({ type: [ChatEventDto] })
  items: ChatEventDto[];
  /** The value of `after` for the next page. */
  @ApiProperty({ type: 'integer', example: 3 })
  lastSeq: number;
  @ApiProperty({ example: false })
  hasMore: boolean;
}

export const mapEvents = (items: ChatEventEnvelope[], lastSeq: number, hasMore: boolean): ChatEventsDto => ({
  items,
  lastSeq,
  hasMore,
});

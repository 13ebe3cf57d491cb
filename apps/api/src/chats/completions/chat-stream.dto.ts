import { ProblemDto } from '@app/common';
import type { StreamEventData } from '@app/contracts';
import type { Type } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { ChatEventDto, MessageDeltaDto } from '../events/chat-event.dto.js';
import { ChatCompletionResponseDto } from './completion.dto.js';

/** `event: error` ends a stream that the server cannot continue. */
export class StreamErrorDto {
  problem: ProblemDto;
}

/**
 * `event: stream.closed`: the server ends the stream although the chat continues; connect again with `Last-Event-ID`, after
 * `session_ended` with a valid token.
 */
export class StreamClosedDto {
  @ApiProperty({ enum: ['shutdown', 'slow_reader', 'session_ended'], example: 'shutdown' })
  reason: StreamEventData['stream.closed']['reason'];
}

/** `event: turn.ended` without an id: an agent will answer. */
export class HandedOverDto {
  @ApiProperty({ enum: ['handed_over'], example: 'handed_over' })
  status: StreamEventData['turn.ended']['status'];
  completion: ChatCompletionResponseDto;
}

const DATA: Type[] = [ChatEventDto, MessageDeltaDto, StreamErrorDto, StreamClosedDto];
const oneOf = (models: Type[]) => ({ oneOf: models.map((model) => ({ $ref: getSchemaPath(model) })) });

/** Event streams in the OpenAPI document: one schema for the data of every event. */
export const EVENT_STREAM_SCHEMA = oneOf(DATA);
/** The stream of a completion also ends when an agent will answer. */
export const COMPLETION_STREAM_SCHEMA = oneOf([...DATA, HandedOverDto]);
export const ApiStreamModels = (): MethodDecorator & ClassDecorator => ApiExtraModels(...DATA, HandedOverDto);

import { ProblemDto } from '@app/common';
import type { StreamEventData } from '@app/contracts';
import type { Type } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { ChatEventDto, MessageDeltaDto } from '../events/chat-event.dto.js';
import { ChatCompletionResponseDto } from './completion.dto.js';

/** `event: error` ends a stream that cannot go on. */
export class StreamErrorDto {
  problem: ProblemDto;
}

/**
 * `event: stream.closed`: the server ends the stream although the chat goes on; connect again with `Last-Event-ID`, after
 * `session_ended` with a token that holds.
 */
export class StreamClosedDto {
  @ApiProperty({ enum: ['shutdown', 'slow_reader', 'session_ended'], example: 'shutdown' })
  reason: StreamEventData['stream.closed']['reason'];
}

/** `event: turn.ended` without a number: a person holds the chat and will answer. */
export class HandedOverDto {
  @ApiProperty({ enum: ['handed_over'], example: 'handed_over' })
  status: StreamEventData['turn.ended']['status'];
  completion: ChatCompletionResponseDto;
}

const DATA: Type[] = [ChatEventDto, MessageDeltaDto, StreamErrorDto, StreamClosedDto];
const oneOf = (models: Type[]) => ({ oneOf: models.map((model) => ({ $ref: getSchemaPath(model) })) });

/** How the event streams look in the OpenAPI document: one schema for the data of every event. */
export const EVENT_STREAM_SCHEMA = oneOf(DATA);
/** The stream of a completion may also end because a person will answer. */
export const COMPLETION_STREAM_SCHEMA = oneOf([...DATA, HandedOverDto]);
export const ApiStreamModels = (): MethodDecorator & ClassDecorator => ApiExtraModels(...DATA, HandedOverDto);

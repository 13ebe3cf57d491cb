import { ProblemDto } from '@app/common';
import type { Actor, TransientEventData } from '@app/contracts';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

type Data<Type extends keyof TransientEventData> = TransientEventData[Type];

export class SpeakerDto implements Actor {
  @ApiProperty({ enum: ['customer', 'bot', 'agent', 'system'], example: 'agent' })
  kind: 'customer' | 'bot' | 'agent' | 'system';
  @ApiProperty({ type: 'string', nullable: true, example: '7' })
  id: string | null;
  @ApiProperty({ example: 'Ada Lovelace' })
  name: string;
}

export class DeltaDataDto implements Data<'message.delta'> {
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

export class TypingDataDto implements Data<'typing'> {
  @ApiProperty({ type: SpeakerDto })
  actor: SpeakerDto;
  @ApiProperty({ example: true })
  isTyping: boolean;
}

export class QueuePositionDataDto implements Data<'queue.position'> {
  /** From 1. */
  @ApiProperty({ type: 'integer', example: 3 })
  position: number;
}

export class QueueChangedDataDto implements Data<'queue.changed'> {
  @ApiProperty({ type: 'integer', example: 3 })
  waiting: number;
  @ApiProperty({ type: 'integer', example: 2 })
  held: number;
}

export class PresenceChangedDataDto implements Data<'presence.changed'> {
  @ApiProperty({ type: 'integer', example: 7 })
  agentId: number;
}

export class SessionEndedDataDto implements Data<'session.ended'> {
  @ApiProperty({ type: ProblemDto })
  problem: ProblemDto;
}

const DATA = [
  DeltaDataDto,
  TypingDataDto,
  QueuePositionDataDto,
  QueueChangedDataDto,
  PresenceChangedDataDto,
  SessionEndedDataDto,
];

/** What happens without a number: it is not stored, and who misses it misses nothing of the log. */
@ApiExtraModels(...DATA)
export class TransientEventDto {
  @ApiProperty({
    enum: ['message.delta', 'typing', 'queue.position', 'queue.changed', 'presence.changed', 'session.ended'],
    example: 'typing',
  })
  type: keyof TransientEventData;
  /** Null when it is about no chat. */
  @ApiProperty({ type: 'string', nullable: true, example: ID })
  chatId: string | null;
  /** The last numbered event before it, for deltas. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  seq: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 3 })
  epoch: number | null;
  /** By `type`. */
  @ApiProperty({ anyOf: DATA.map((model) => ({ $ref: getSchemaPath(model) })) })
  data: object;
}

/** What a connection says about itself: the `auth` of its handshake. */
export class HandshakeDto {
  /** An API key, a JWT of the configured issuer, or a visitor's token. */
  @ApiProperty({ required: false, example: 'bt_4fE0Yk3cQm1sXv8aPz6uJ2rT9wL5hN7dB0gC3iK8oM' })
  token?: string;
  /** Without a token: the id of a chat that needs no account. */
  @ApiProperty({ required: false, example: ID })
  chatId?: string;
}

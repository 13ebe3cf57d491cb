import { ApiProperty, PickType } from '@nestjs/swagger';
import { UsageRangeQuery } from '../statistics.dto.js';

/** With `BotId`, chats of that bot which still exist. */
export class HandoffsQuery extends PickType(UsageRangeQuery, ['BotId', 'FromRequestDate', 'ToRequestDate']) {}

export class SecondsDto {
  @ApiProperty({ type: 'integer', example: 95 })
  mean: number;
  @ApiProperty({ type: 'integer', example: 60 })
  median: number;
  @ApiProperty({ type: 'integer', example: 240 })
  p90: number;
  @ApiProperty({ type: 'integer', example: 600 })
  max: number;
}

export class HandoffFiguresDto {
  @ApiProperty({ format: 'date', example: '2026-01-01' })
  from: string;
  @ApiProperty({ format: 'date', example: '2026-01-31' })
  to: string;
  /** Requests for an agent: by the customer, the bot or a rule. Each has one of the four outcomes below. */
  @ApiProperty({ type: 'integer', example: 40 })
  asked: number;
  /** An agent wrote to the customer. */
  @ApiProperty({ type: 'integer', example: 31 })
  answered: number;
  /** The chat went back to the bot before an agent wrote. */
  @ApiProperty({ type: 'integer', example: 4 })
  returned: number;
  /** The chat was closed before an agent wrote. */
  @ApiProperty({ type: 'integer', example: 3 })
  abandoned: number;
  /** No agent has written by the end of the period, or by now. */
  @ApiProperty({ type: 'integer', example: 2 })
  waiting: number;
  /** Chats that agents took over without being asked for. */
  @ApiProperty({ type: 'integer', example: 12 })
  takenOver: number;
  /** From the request to the first message of an agent; null when there was none. What the bot said before and after is not counted. */
  @ApiProperty({ type: SecondsDto, nullable: true })
  firstAnswerSeconds: SecondsDto | null;
}

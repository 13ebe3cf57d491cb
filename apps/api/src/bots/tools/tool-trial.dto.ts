import { TOOL_OUTCOMES, type ToolOutcome } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsObject } from 'class-validator';

const ARGUMENTS_EXAMPLE = { orderNumber: 'A-17' };

export class DryRunRequestDto {
  /** What the model would call the tool with. */
  @IsObject()
  @ApiProperty({ type: 'object', additionalProperties: true, example: ARGUMENTS_EXAMPLE })
  arguments: Record<string, unknown>;
}

export class DryRunSentDto {
  /** Null: the tool has no address, nothing is sent. */
  @ApiProperty({ type: 'string', nullable: true, example: 'https://example.com/tools/orders' })
  url: string | null;

  /** Names of the secret headers. */
  @ApiProperty({ type: [String], example: ['Authorization'] })
  secretHeaders: string[];

  @ApiProperty({ type: 'object', additionalProperties: true, example: ARGUMENTS_EXAMPLE })
  body: Record<string, unknown>;
}

export class DryRunResponseDto {
  /** What the tool was sent, or would have been. */
  sent: DryRunSentDto;

  @ApiProperty({ enum: TOOL_OUTCOMES, example: 'ok' })
  outcome: ToolOutcome;

  /** Of the HTTP answer; null when there was none. */
  @ApiProperty({ type: 'integer', nullable: true, example: 200 })
  status: number | null;

  @ApiProperty({ type: 'integer', example: 120 })
  milliseconds: number;

  /** What the model would be told. */
  @ApiProperty({ example: 'The order was sent on Monday.' })
  message: string;

  /** What would become variables of the chat. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { orderNumber: 'A-17', status: 'sent' } })
  variables: Record<string, unknown>;
}

import { TOOL_OUTCOMES, type ToolOutcome } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

export class ToolCalledDataDto {
  @ApiProperty({ example: ID })
  turnId: string;
  /** Unique within the turn. */
  @ApiProperty({ example: 'call_1' })
  callId: string;
  @ApiProperty({ example: 'find_order' })
  tool: string;
  /** JSON as the model wrote it; null unless the reader is an agent. */
  @ApiProperty({ type: 'string', nullable: true, example: '{"orderNumber":"A-17"}' })
  arguments: string | null;
}

export class ToolReturnedDataDto {
  @ApiProperty({ example: ID })
  turnId: string;
  @ApiProperty({ example: 'call_1' })
  callId: string;
  @ApiProperty({ example: 'find_order' })
  tool: string;
  @ApiProperty({ enum: TOOL_OUTCOMES, example: 'ok' })
  outcome: ToolOutcome;
  /** The output that the model received; null unless the reader is an agent. */
  @ApiProperty({ type: 'string', nullable: true, example: 'The order was sent on Monday.' })
  output: string | null;
  @ApiProperty({ type: 'integer', example: 120 })
  milliseconds: number;
}

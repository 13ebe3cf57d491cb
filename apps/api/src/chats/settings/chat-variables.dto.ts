import type { JsonValue } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';

export class ChatVariablesDto {
  /** By name, any JSON. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { name: 'Ada', orderNumber: 'A-17' } })
  variables: Record<string, JsonValue>;
}

import { ApiProperty } from '@nestjs/swagger';

export class HealthDto {
  @ApiProperty({ enum: ['ok', 'failing', 'draining'], example: 'ok' })
  status: 'ok' | 'failing' | 'draining';

  /** What the server depends on, by name. Only the database is needed; Redis is not. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: ['up', 'down'] },
    example: { database: 'up', redis: 'up' },
  })
  parts: Record<string, 'up' | 'down'>;
}

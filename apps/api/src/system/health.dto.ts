import { ApiProperty } from '@nestjs/swagger';

export class HealthDto {
  @ApiProperty({ enum: ['ok', 'failing', 'draining'], example: 'ok' })
  status: 'ok' | 'failing' | 'draining';

  /** What the server depends on, by name. Only the database is needed. `encryptionKey` is down where stored secrets do not open. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: ['up', 'down'] },
    example: { database: 'up', encryptionKey: 'up', redis: 'up' },
  })
  parts: Record<string, 'up' | 'down'>;
}

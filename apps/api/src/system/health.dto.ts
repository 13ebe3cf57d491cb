import { ApiProperty } from '@nestjs/swagger';

const PART_STATES = ['up', 'degraded', 'down', 'unknown'] as const;

export class HealthDto {
  @ApiProperty({ enum: ['ok', 'failing', 'draining'], example: 'ok' })
  status: 'ok' | 'failing' | 'draining';

  /**
   * What the server depends on, by name. Only the database is needed. `encryptionKey` is down where stored secrets do not open. `models`
   * stands for all active model services: `down` when none works, `degraded` when some do not, or not well.
   */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...PART_STATES] },
    example: { database: 'up', encryptionKey: 'up', redis: 'up', models: 'up' },
  })
  parts: Record<string, (typeof PART_STATES)[number]>;
}

import { ApiProperty } from '@nestjs/swagger';
import { HEALTH_STATES, type HealthState } from './assess-health.js';

export class AvailabilityReasonDto {
  @ApiProperty({ example: 'PROVIDER_TIMEOUT' })
  code: string;

  @ApiProperty({ example: 'The model service did not answer in time.' })
  detail: string;
}

/** How well a service works: the worst that any instance sees, told from the calls of the last minutes and from the last probe. */
export class ServiceAvailabilityDto {
  /** `unknown`: it was neither called nor probed. */
  @ApiProperty({ enum: HEALTH_STATES, example: 'up' })
  state: HealthState;

  /** Null when nothing is wrong. */
  @ApiProperty({ type: AvailabilityReasonDto, nullable: true })
  reason: AvailabilityReasonDto | null;

  /** When the state became what it is. */
  @ApiProperty({ example: '2026-03-01T12:00:00.000Z', type: 'string', format: 'date-time', nullable: true })
  since: Date | null;
}

export class ServiceHealthItemDto extends ServiceAvailabilityDto {
  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  openAiServiceId: string;

  @ApiProperty({ example: 'OpenAI' })
  displayName: string;

  @ApiProperty({ example: true })
  isActive: boolean;
}

export class ServicesHealthDto {
  @ApiProperty({ type: [ServiceHealthItemDto] })
  services: ServiceHealthItemDto[];
}

import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';

const TIME = { example: '2026-03-01T12:00:00.000Z', format: 'date-time', type: 'string', nullable: true } as const;
const KEY_ID = '1f8a3c5d';

export const KEY_STATUSES = ['ok', 'missing', 'undecryptable'] as const;
/** Of a stored secret: `missing` means that there is none. */
export type KeyStatus = (typeof KEY_STATUSES)[number];

const KEY_ROTATION_STATES = ['never', 'running', 'completed', 'interrupted'] as const;
export type KeyRotationState = (typeof KEY_ROTATION_STATES)[number];

export class SealedSecretsDto {
  /** Of the key that has sealed them. */
  @ApiProperty({ example: KEY_ID })
  keyId: string;

  @ApiProperty({ example: 12, type: 'integer' })
  count: number;

  /** How many of them none of the keys opens. */
  @ApiProperty({ example: 0, type: 'integer' })
  unreadableCount: number;
}

export class KeyRotationDto {
  /** `interrupted`: the process that ran it has ended; the next run goes on. */
  @ApiProperty({ enum: KEY_ROTATION_STATES, example: 'completed' })
  state: KeyRotationState;

  @ApiProperty(TIME)
  startedUtc: string | null;

  @ApiProperty(TIME)
  endedUtc: string | null;

  /** Secrets that the last run has looked at. */
  @ApiProperty({ example: 12, type: 'integer' })
  checkedCount: number;

  /** Those of them that it has sealed with the current key. */
  @ApiProperty({ example: 12, type: 'integer' })
  renewedCount: number;

  /** Those of them that none of the keys opens. They stay as they are. */
  @ApiProperty({ example: 0, type: 'integer' })
  unreadableCount: number;
}

export class EncryptionKeysDto {
  /** Whether this instance has the key that the secrets of the installation were sealed with. */
  @ApiProperty({ enum: ['ok', 'undecryptable'], example: 'ok' })
  keyStatus: Exclude<KeyStatus, 'missing'>;

  /** Of the key that seals, `ENCRYPTION_KEY`. An id tells nothing about its key. */
  @ApiProperty({ example: KEY_ID })
  currentKeyId: string;

  /** Of the keys that only open. */
  @ApiProperty({ type: [String], example: ['9b04d7e2'] })
  previousKeyIds: string[];

  /** How many secrets each key has sealed. A key that has sealed none can be taken away. */
  @ApiProperty({ type: [SealedSecretsDto] })
  secrets: SealedSecretsDto[];

  @ApiProperty({ type: KeyRotationDto })
  rotation: KeyRotationDto;
}

export class RotateEncryptionKeysRequestDto {
  /** Rotates although the key that has sealed the secrets is lost. They stay unreadable until they are entered again. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: false, required: false, default: false })
  isLossAccepted?: boolean;
}

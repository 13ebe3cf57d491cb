import { Characters, IsMoment, PagingResultOf } from '@app/common';
import type { ApiKey } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';

const NAME_LENGTH = 100;
const TIME = { type: 'string', format: 'date-time' } as const;

export class CreateApiKeyRequestDto {
  @Characters(NAME_LENGTH)
  @ApiProperty({ minLength: 1, maxLength: NAME_LENGTH, example: 'laptop' })
  name: string;

  /** Must lie in the future; a key without it lasts until it is deleted. */
  @IsOptional()
  @IsMoment()
  @Matches(/T.*(Z|[+-]\d\d:\d\d)$/, { message: '$property must be a time with its zone' })
  @ApiProperty({ ...TIME, nullable: true, required: false, example: '2030-01-01T00:00:00Z' })
  expiresAt?: string | null;
}

export class GetApiKeysResponseItemDto {
  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  apiKeyId: string;

  @ApiProperty({ example: 'laptop' })
  name: string;

  /** The first characters of the key, to tell keys apart. */
  @ApiProperty({ example: 'bt_4fQ2kD' })
  prefix: string;

  @ApiProperty({ ...TIME, example: '2026-11-21T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({ ...TIME, nullable: true, example: '2030-01-01T00:00:00.000Z' })
  expiresAt: Date | null;

  /** Exact to a minute. */
  @ApiProperty({ ...TIME, nullable: true, example: '2026-11-21T10:12:00.000Z' })
  lastUsedAt: Date | null;
}

export class GetApiKeysResponseItemDtoPagingResult extends PagingResultOf(GetApiKeysResponseItemDto) {}

export class CreateApiKeyResponseDto extends GetApiKeysResponseItemDto {
  /** Shown this once: only its hash is kept. */
  @ApiProperty({ example: 'bt_4fQ2kDr0m9Zb1yHqLx7uVtWcPe3sNgAa8RjYiKo5TfM' })
  key: string;
}

export const mapApiKey = (key: ApiKey): GetApiKeysResponseItemDto => ({
  apiKeyId: key.id,
  name: key.name,
  prefix: key.prefix,
  createdAt: key.createdAt,
  expiresAt: key.expiresAt,
  lastUsedAt: key.lastUsedAt,
});

export const mapNewApiKey = (stored: ApiKey, key: string): CreateApiKeyResponseDto =>
  Object.assign(mapApiKey(stored), { key });

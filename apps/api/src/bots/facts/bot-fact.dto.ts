import { MaxLength, PagingResultOf } from '@app/common';
import type { BotFact } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches } from 'class-validator';

const FACT_LENGTH = 100_000;
const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const TEXT_EXAMPLE = 'The office is open from 9 to 17 o’clock.';
const TIME = { example: '2026-03-01T12:00:00.000Z', type: 'string', format: 'date-time' } as const;

export class AdminCreateBotFactRequestDto {
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: true, required: false, default: false })
  isActive?: boolean;

  @IsString()
  @Matches(/\S/, { message: 'factText must not be empty' })
  @MaxLength(FACT_LENGTH)
  @ApiProperty({ example: TEXT_EXAMPLE, maxLength: FACT_LENGTH })
  factText: string;
}

export class AdminUpdateBotFactRequestDto extends AdminCreateBotFactRequestDto {}

export class AdminCreateBotFactResponseDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botFactId: string;
}

export class AdminGetBotFactsResponseItemDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botFactId: string;

  @ApiProperty({ example: true })
  isActive: boolean;

  @ApiProperty({ example: TEXT_EXAMPLE })
  factText: string;

  @ApiProperty(TIME)
  createdUtc: Date;

  @ApiProperty(TIME)
  updatedUtc: Date;
}

export class AdminGetBotFactsResponseItemDtoPagingResult extends PagingResultOf(AdminGetBotFactsResponseItemDto) {}

export const mapFact = (fact: BotFact): AdminGetBotFactsResponseItemDto => ({
  botFactId: fact.id,
  isActive: fact.isActive,
  factText: fact.factText,
  createdUtc: fact.createdAt,
  updatedUtc: fact.updatedAt,
});

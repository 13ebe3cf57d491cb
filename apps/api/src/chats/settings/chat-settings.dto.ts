import { IdField, MAX_ID_LENGTH, MaxLength } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsString, MinLength } from 'class-validator';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const NAME_LENGTH = 300;

export class UpdateChatDisplayNameRequestDto {
  /** White space is trimmed at the ends and collapsed to one space within. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().replace(/\s+/g, ' ') : value))
  @IsString()
  @MinLength(1)
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ minLength: 1, maxLength: NAME_LENGTH, example: 'Return of order 1234' })
  displayName: string;
}

export class UpdateChatUserSystemMessageRequestDto {
  @IdField()
  @ApiProperty({ maxLength: MAX_ID_LENGTH, example: ID })
  userSystemMessageId: string;
}

export class ChatUpdateIsFavoriteRequestDto {
  @IsBoolean()
  @ApiProperty({ example: true })
  isFavorite: boolean;
}

import type { Role } from '@app/common';
import type { User } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';

const MAX_DAYS = 36_500;

export class CurrentUserDto {
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  id: number;

  @ApiProperty({ example: 'ada@example.com' })
  login: string;

  /** `user`, `agent` (may take chats over), `admin`. */
  @ApiProperty({ type: [String], example: ['user', 'agent'] })
  roles: Role[];

  @ApiProperty({ example: true })
  isTermsAccepted: boolean;

  /** False: a chat is deleted once it has not been used for a while. */
  @ApiProperty({ example: true })
  isKeepChatHistory: boolean;

  /** 0 keeps chats without limit. */
  @ApiProperty({ type: 'integer', format: 'int32', example: 90 })
  keepChatHistoryForDays: number;

  @ApiProperty({ example: true })
  isKeepFavoritesForever: boolean;
}

/** Only the given fields are changed. */
export class UpdateUserRequestDto {
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ required: false, example: true })
  isKeepChatHistory?: boolean;

  /** 0 keeps chats without limit. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_DAYS)
  @ApiProperty({ type: 'integer', format: 'int32', minimum: 0, maximum: MAX_DAYS, required: false, example: 90 })
  keepChatHistoryForDays?: number;

  @IsOptional()
  @IsBoolean()
  @ApiProperty({ required: false, example: true })
  isKeepFavoritesForever?: boolean;
}

export const mapCurrentUser = (user: User): CurrentUserDto => ({
  id: user.id,
  login: user.login,
  roles: user.roles,
  isTermsAccepted: user.termsAcceptedAt !== null,
  isKeepChatHistory: user.isKeepChatHistory,
  keepChatHistoryForDays: user.keepChatHistoryForDays,
  isKeepFavoritesForever: user.isKeepFavoritesForever,
});

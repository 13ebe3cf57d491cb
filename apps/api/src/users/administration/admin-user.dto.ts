import { PagingResultOf, ROLES, type Role, Characters } from '@app/common';
import type { User } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional } from 'class-validator';

const NAME_LENGTH = 190;
const ROLE_LIST = { enum: ROLES, isArray: true, example: ['user', 'agent'] };

export class AdminGetUserResponseDto {
  @ApiProperty({ type: 'integer', format: 'int32', example: 7 })
  userId: number;

  @ApiProperty({ example: 'ada@example.com' })
  login: string;

  /** What customers see while this person holds a chat. */
  @ApiProperty({ example: 'Ada' })
  displayName: string;

  @ApiProperty(ROLE_LIST)
  roles: Role[];

  /** The account belongs to an identity of the configured OIDC issuer, which also decides about its roles. */
  @ApiProperty({ example: false })
  isExternal: boolean;

  @ApiProperty({ example: true })
  isTermsAccepted: boolean;

  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  createdAt: Date;
}

export class AdminGetUserResponseDtoPagingResult extends PagingResultOf(AdminGetUserResponseDto) {}

export class AdminCreateUserRequestDto {
  /** Unique without regard to case, stored in lower case. */
  @Characters(NAME_LENGTH)
  @ApiProperty({ minLength: 1, maxLength: NAME_LENGTH, example: 'ada@example.com' })
  login: string;

  /** The login when left out. */
  @IsOptional()
  @Characters(NAME_LENGTH)
  @ApiProperty({ type: 'string', nullable: true, required: false, maxLength: NAME_LENGTH, example: 'Ada' })
  displayName?: string | null;

  /** Every account is a `user`; an `admin` is an agent as well. */
  @IsArray()
  @ArrayMaxSize(ROLES.length)
  @IsIn(ROLES, { each: true })
  @ApiProperty(ROLE_LIST)
  roles: Role[];
}

/** Only the given fields are changed. */
export class AdminUpdateUserRequestDto {
  @IsOptional()
  @Characters(NAME_LENGTH)
  @ApiProperty({ type: 'string', nullable: true, required: false, maxLength: NAME_LENGTH, example: 'Ada' })
  displayName?: string | null;

  /** Replaces all roles. The roles of an external account last until its issuer's next token says otherwise. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(ROLES.length)
  @IsIn(ROLES, { each: true })
  @ApiProperty({ ...ROLE_LIST, required: false })
  roles?: Role[];
}

export const mapAdminUser = (user: User): AdminGetUserResponseDto => ({
  userId: user.id,
  login: user.login,
  displayName: user.displayName,
  roles: user.roles,
  isExternal: user.subject !== null,
  isTermsAccepted: user.termsAcceptedAt !== null,
  createdAt: user.createdAt,
});

import { MaxLength, PagingResultOf, type Role, type UserPrincipal } from '@app/common';
import type { BrowserSession } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MinLength } from 'class-validator';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const TIME = { type: 'string', format: 'date-time' } as const;
const MAX_KEY_LENGTH = 1000;
const MAX_PATH_LENGTH = 2000;

export class SignInRequestDto {
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_KEY_LENGTH)
  @ApiProperty({ minLength: 1, maxLength: MAX_KEY_LENGTH, example: 'bt_4fQ2kDr0m9Zb1yHqLx7uVtWcPe3sNgAa8RjYiKo5TfM' })
  apiKey: string;
}

export class OidcOptionDto {
  /** What the button is called. */
  @ApiProperty({ example: 'Single sign-on' })
  name: string;
}

export class SessionOptionsDto {
  @ApiProperty({ example: true })
  apiKey: boolean;
  /** Null where no client of an issuer is configured. */
  @ApiProperty({ type: OidcOptionDto, nullable: true })
  oidc: OidcOptionDto | null;
}

export class SessionUserDto {
  @ApiProperty({ type: 'integer', example: 7 })
  userId: number;
  @ApiProperty({ example: 'ada@example.com' })
  login: string;
  @ApiProperty({ example: 'Ada Lovelace' })
  displayName: string;
  @ApiProperty({ type: [String], example: ['user', 'agent'] })
  roles: Role[];
}

class SessionTimesDto {
  @ApiProperty({ example: ID })
  sessionId: string;
  @ApiProperty({ ...TIME, example: '2026-11-21T09:00:00.000Z' })
  createdAt: Date;
  /** Exact to a minute. */
  @ApiProperty({ ...TIME, example: '2026-11-21T10:12:00.000Z' })
  lastUsedAt: Date;
  /** When it ends unless it is used before. */
  @ApiProperty({ ...TIME, example: '2026-11-21T22:12:00.000Z' })
  idleExpiresAt: Date;
  /** When it ends in any case. */
  @ApiProperty({ ...TIME, example: '2026-11-28T09:00:00.000Z' })
  expiresAt: Date;
}

export class SessionDto extends SessionTimesDto {
  @ApiProperty({ type: SessionUserDto })
  user: SessionUserDto;
}

export class UserSessionDto extends SessionTimesDto {
  /** What the browser calls itself. */
  @ApiProperty({ example: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' })
  browser: string;
  /** `apiKey` or `oidc`. */
  @ApiProperty({ enum: ['apiKey', 'oidc'], example: 'apiKey' })
  signedInBy: 'apiKey' | 'oidc';
  /** Whether it is the session of this very request. */
  @ApiProperty({ example: true })
  isCurrent: boolean;
}

export class UserSessionDtoPagingResult extends PagingResultOf(UserSessionDto) {}

export class OidcSignInQuery {
  /** The page of the console to come back to: a path under `/console`. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_PATH_LENGTH)
  @ApiProperty({ required: false, maxLength: MAX_PATH_LENGTH, example: '/console/chats' })
  returnTo?: string;
}

const mapTimes = (session: BrowserSession, idleMs: number) => ({
  sessionId: session.id,
  createdAt: session.createdAt,
  lastUsedAt: session.lastUsedAt,
  idleExpiresAt: new Date(Math.min(session.lastUsedAt.getTime() + idleMs, session.expiresAt.getTime())),
  expiresAt: session.expiresAt,
});

export const mapSession = (session: BrowserSession, user: UserPrincipal, idleMs: number): SessionDto => ({
  ...mapTimes(session, idleMs),
  user: { userId: user.userId, login: user.login, displayName: user.displayName, roles: [...user.roles] },
});

export const mapUserSession = (session: BrowserSession, currentId: string | null, idleMs: number): UserSessionDto => ({
  ...mapTimes(session, idleMs),
  browser: session.browser,
  signedInBy: session.apiKeyId === null ? 'oidc' : 'apiKey',
  isCurrent: session.id === currentId,
});

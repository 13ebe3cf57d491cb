import { Access, ApiProblems, Audited, CurrentUser, IdPipe, PagingQuery, type UserPrincipal } from '@app/common';
import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Credential } from '../auth.service.js';
import { SessionCredential } from './session-credential.decorator.js';
import { UserSessionDtoPagingResult } from './session.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('User')
@Controller('api/users/current/sessions')
@Access('user')
export class UserSessionsController {
  constructor(private readonly sessions: SessionsService) {}

  /** Lists the browsers in which the caller is signed in. Order by `createdAt`, `lastUsedAt` or `expiresAt`. */
  @Get()
  @ApiOkResponse({ type: UserSessionDtoPagingResult })
  @ApiProblems(400)
  getUserSessions(
    @CurrentUser() user: UserPrincipal,
    @SessionCredential() credential: Credential | null,
    @Query() query: PagingQuery,
  ): Promise<UserSessionDtoPagingResult> {
    const currentId = credential !== null && 'sessionId' in credential ? credential.sessionId : null;
    return this.sessions.list(user.userId, currentId, query);
  }

  /** Ends a session of the caller, in whatever browser. Its streams and sockets are closed within seconds. */
  @Delete(':sessionId')
  @Audited('session.ended', 'sessionId')
  @HttpCode(204)
  @ApiParam({ name: 'sessionId', type: String, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  @ApiNoContentResponse({ description: 'Ended.' })
  @ApiProblems(404)
  deleteUserSession(
    @CurrentUser() user: UserPrincipal,
    @Param('sessionId', IdPipe('The session')) id: string,
  ): Promise<void> {
    return this.sessions.end(user.userId, id);
  }
}

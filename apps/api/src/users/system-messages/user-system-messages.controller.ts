import {
  Access,
  ApiProblems,
  CurrentUser,
  IdPipe,
  PagingQuery,
  type PagingResult,
  type UserPrincipal,
} from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  GetUserSystemMessageCountResponseDto,
  GetUserSystemMessageResponseDto,
  GetUserSystemMessagesResponseItemDto,
  GetUserSystemMessagesResponseItemDtoPagingResult,
  UpdateUserSystemMessageRequestDto,
} from './user-system-message.dto.js';
import { UserSystemMessagesService } from './user-system-messages.service.js';

const ID = 'userSystemMessageId';
const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const Id = (): ParameterDecorator => Param(ID, IdPipe('The system message'));
const ApiId = (): MethodDecorator => ApiParam({ name: ID, type: String, example: ID_EXAMPLE });

@ApiTags('User')
@Controller('api/users/current')
@Access('user')
export class UserSystemMessagesController {
  constructor(private readonly messages: UserSystemMessagesService) {}

  /** Lists the caller's own system messages, without their texts. Order by `displayName`, `createdAt` or `updatedAt`. */
  @Get('userSystemMessage')
  @ApiOkResponse({ type: GetUserSystemMessagesResponseItemDtoPagingResult })
  @ApiProblems(400)
  getUserSystemMessages(
    @CurrentUser() user: UserPrincipal,
    @Query() query: PagingQuery,
  ): Promise<PagingResult<GetUserSystemMessagesResponseItemDto>> {
    return this.messages.list(user, query);
  }

  /** Creates a system message and returns its id. A user has at most 200. */
  @Post('userSystemMessage')
  @HttpCode(200)
  @ApiOkResponse({ schema: { type: 'string', example: ID_EXAMPLE }, description: 'The new id.' })
  @ApiProblems(400, 409)
  createUserSystemMessage(
    @CurrentUser() user: UserPrincipal,
    @Body() dto: UpdateUserSystemMessageRequestDto,
  ): Promise<string> {
    return this.messages.create(user, dto);
  }

  /** Counts the caller's own system messages. An account has at most 200. */
  @Get('userSystemMessageCount')
  @ApiOkResponse({ type: GetUserSystemMessageCountResponseDto })
  getUserSystemMessageCount(@CurrentUser() user: UserPrincipal): Promise<GetUserSystemMessageCountResponseDto> {
    return this.messages.count(user);
  }

  /** Returns one of the caller's own system messages. System messages of others are not found. */
  @Get(`userSystemMessage/:${ID}`)
  @ApiId()
  @ApiOkResponse({ type: GetUserSystemMessageResponseDto })
  @ApiProblems(404)
  getUserSystemMessage(@CurrentUser() user: UserPrincipal, @Id() id: string): Promise<GetUserSystemMessageResponseDto> {
    return this.messages.get(user, id);
  }

  /** Replaces one of the caller's own system messages. Chats that use it follow the new text from their next answer on. */
  @Put(`userSystemMessage/:${ID}`)
  @ApiId()
  @ApiOkResponse({ description: 'Stored.' })
  @ApiProblems(400, 404)
  updateUserSystemMessage(
    @CurrentUser() user: UserPrincipal,
    @Id() id: string,
    @Body() dto: UpdateUserSystemMessageRequestDto,
  ): Promise<void> {
    return this.messages.update(user, id, dto);
  }

  /** Deletes one of the caller's own system messages. Chats that use it continue without it. */
  @Delete(`userSystemMessage/:${ID}`)
  @ApiId()
  @ApiOkResponse({ description: 'Deleted.' })
  @ApiProblems(404)
  deleteUserSystemMessage(@CurrentUser() user: UserPrincipal, @Id() id: string): Promise<void> {
    return this.messages.delete(user, id);
  }
}

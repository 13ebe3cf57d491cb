import {
  Access,
  ApiProblems,
  Audited,
  fieldsOf,
  IdempotencyRequest,
  IdPipe,
  OwnIdempotency,
  PagingQuery,
  type PagingResult,
  type RequestIdentity,
} from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  AdminCreateUserRequestDto,
  AdminGetUserResponseDto,
  AdminGetUserResponseDtoPagingResult,
  AdminUpdateUserRequestDto,
} from './admin-user.dto.js';
import { AdminUsersService } from './admin-users.service.js';
import {
  CreateApiKeyRequestDto,
  CreateApiKeyResponseDto,
  GetApiKeysResponseItemDto,
  GetApiKeysResponseItemDtoPagingResult,
} from '../api-keys/api-key.dto.js';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { UserIdPipe } from '../user-id.pipe.js';

const UserId = (): ParameterDecorator => Param('userId', new UserIdPipe());
const ApiUserId = (): MethodDecorator =>
  ApiParam({ name: 'userId', schema: { type: 'integer', format: 'int32', minimum: 1, example: 7 } });

@ApiTags('AdminUser')
@Controller('api/admin/users')
@Access('admin')
export class AdminUsersController {
  constructor(
    private readonly users: AdminUsersService,
    private readonly keys: ApiKeysService,
  ) {}

  /** Lists accounts. Searches logins and display names. Order by `userId`, `login`, `displayName` or `createdAt`. */
  @Get()
  @ApiOkResponse({ type: AdminGetUserResponseDtoPagingResult })
  @ApiProblems(400)
  getAdminUsers(@Query() query: PagingQuery): Promise<PagingResult<AdminGetUserResponseDto>> {
    return this.users.list(query);
  }

  /** Creates an account. It can be used once it has an API key. */
  @Post()
  @Audited('user.created', 'userId')
  @HttpCode(200)
  @ApiOkResponse({ type: AdminGetUserResponseDto })
  @ApiProblems(400, 409)
  createUser(@Body() dto: AdminCreateUserRequestDto): Promise<AdminGetUserResponseDto> {
    return this.users.create(dto);
  }

  /** Returns an account. */
  @Get(':userId')
  @ApiUserId()
  @ApiOkResponse({ type: AdminGetUserResponseDto })
  @ApiProblems(404)
  getAdminUser(@UserId() userId: number): Promise<AdminGetUserResponseDto> {
    return this.users.get(userId);
  }

  /** Updates the display name or the roles of an account. The last administrator stays one. */
  @Put(':userId')
  @Audited(({ body }) => (fieldsOf(body).includes('roles') ? 'user.roles_changed' : 'user.updated'), 'userId')
  @ApiUserId()
  @ApiOkResponse({ description: 'Stored.' })
  @ApiProblems(400, 404, 409)
  updateUser(@UserId() userId: number, @Body() dto: AdminUpdateUserRequestDto): Promise<void> {
    return this.users.update(userId, dto);
  }

  /**
   * Deletes an account with its chats, API keys and system messages. The last administrator stays.
   *
   * Tokens of an OIDC issuer do not create it again.
   */
  @Delete(':userId')
  @Audited('user.deleted', 'userId')
  @ApiUserId()
  @ApiOkResponse({ description: 'Deleted.' })
  @ApiProblems(404, 409)
  deleteUser(@UserId() userId: number): Promise<void> {
    return this.users.delete(userId);
  }

  /**
   * Readmits the owner of a deleted account.
   *
   * The OIDC issuer's next token makes a new one.
   */
  @Post(':userId/readmit')
  @Audited('user.readmitted', 'userId')
  @HttpCode(200)
  @ApiUserId()
  @ApiOkResponse({ description: 'May come back.' })
  @ApiProblems(404)
  readmitUser(@UserId() userId: number): Promise<void> {
    return this.users.readmit(userId);
  }

  /** Lists the API keys of an account by their first characters. */
  @Get(':userId/apiKeys')
  @ApiUserId()
  @ApiOkResponse({ type: GetApiKeysResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getUserApiKeys(
    @UserId() userId: number,
    @Query() query: PagingQuery,
  ): Promise<PagingResult<GetApiKeysResponseItemDto>> {
    return this.keys.listOfUser(userId, query);
  }

  /** Creates an API key for an account. The answer is the only place where the key is ever shown. */
  @Post(':userId/apiKeys')
  @Audited('apiKey.created', 'apiKeyId')
  @HttpCode(200)
  @OwnIdempotency()
  @ApiUserId()
  @ApiOkResponse({ type: CreateApiKeyResponseDto })
  @ApiProblems(400, 404, 409)
  createUserApiKey(
    @UserId() userId: number,
    @Body() dto: CreateApiKeyRequestDto,
    @IdempotencyRequest() request: RequestIdentity | null,
  ): Promise<CreateApiKeyResponseDto> {
    return this.keys.create(userId, dto, request);
  }

  /** Revokes an API key of an account. It stops working at once. */
  @Delete(':userId/apiKeys/:apiKeyId')
  @Audited('apiKey.revoked', 'apiKeyId')
  @ApiUserId()
  @ApiParam({ name: 'apiKeyId', type: String, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  @ApiOkResponse({ description: 'Revoked.' })
  @ApiProblems(404)
  deleteUserApiKey(
    @UserId() userId: number,
    @Param('apiKeyId', IdPipe('The API key')) apiKeyId: string,
  ): Promise<void> {
    return this.keys.delete(userId, apiKeyId);
  }
}

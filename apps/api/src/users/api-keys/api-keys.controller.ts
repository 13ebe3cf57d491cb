import {
  Access,
  ApiProblems,
  Audited,
  CurrentUser,
  IdempotencyRequest,
  IdPipe,
  OwnIdempotency,
  PagingQuery,
  type PagingResult,
  type RequestIdentity,
  type UserPrincipal,
} from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  CreateApiKeyRequestDto,
  CreateApiKeyResponseDto,
  GetApiKeysResponseItemDto,
  GetApiKeysResponseItemDtoPagingResult,
} from './api-key.dto.js';
import { ApiKeysService } from './api-keys.service.js';

@ApiTags('User')
@Controller('api/users/current/apiKeys')
@Access('user')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /** Lists the caller's own API keys by their first characters. Order by `name`, `createdAt`, `expiresAt` or `lastUsedAt`. */
  @Get()
  @ApiOkResponse({ type: GetApiKeysResponseItemDtoPagingResult })
  @ApiProblems(400)
  getApiKeys(
    @CurrentUser() user: UserPrincipal,
    @Query() query: PagingQuery,
  ): Promise<PagingResult<GetApiKeysResponseItemDto>> {
    return this.keys.list(user.userId, query);
  }

  /** Creates an API key with the caller's rights. The answer is the only place where the key is ever shown. */
  @Post()
  @Audited('apiKey.created', 'apiKeyId')
  @HttpCode(200)
  @OwnIdempotency()
  @ApiOkResponse({ type: CreateApiKeyResponseDto })
  @ApiProblems(400, 409)
  createApiKey(
    @CurrentUser() user: UserPrincipal,
    @Body() dto: CreateApiKeyRequestDto,
    @IdempotencyRequest() request: RequestIdentity | null,
  ): Promise<CreateApiKeyResponseDto> {
    return this.keys.create(user.userId, dto, request);
  }

  /** Revokes one of the caller's own API keys. It stops working at once. */
  @Delete(':apiKeyId')
  @Audited('apiKey.revoked', 'apiKeyId')
  @ApiParam({ name: 'apiKeyId', type: String, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  @ApiOkResponse({ description: 'Revoked.' })
  @ApiProblems(404)
  deleteApiKey(
    @CurrentUser() user: UserPrincipal,
    @Param('apiKeyId', IdPipe('The API key')) id: string,
  ): Promise<void> {
    return this.keys.delete(user.userId, id);
  }
}

import { Access, ApiProblems, Audited, CurrentUser, IdPipe, type UserPrincipal } from '@app/common';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { TakeoverPolicyDto } from './takeover-policy.dto.js';
import { TakeoverPolicyService } from './takeover-policy.service.js';

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId/takeoverPolicy')
@Access('user')
export class TakeoverPolicyController {
  constructor(private readonly policies: TakeoverPolicyService) {}

  /** Returns the takeover policy of a bot. */
  @Get()
  @ApiOkResponse({ type: TakeoverPolicyDto })
  @ApiProblems(403, 404)
  getTakeoverPolicy(
    @CurrentUser() caller: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
  ): Promise<TakeoverPolicyDto> {
    return this.policies.getTakeoverPolicy(caller, botId);
  }

  /** Replaces the takeover policy of a bot. */
  @Put()
  @Audited('bot.takeover_policy_changed', 'botId')
  @ApiProblems(400, 403, 404)
  updateTakeoverPolicy(
    @CurrentUser() caller: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
    @Body() dto: TakeoverPolicyDto,
  ): Promise<void> {
    return this.policies.updateTakeoverPolicy(caller, botId, dto);
  }
}

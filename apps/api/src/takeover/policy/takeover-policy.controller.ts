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

  /**
   * Returns the takeover policy of a bot. It says when agents are called, what becomes of a running answer, and what happens when no
   * agent comes. What was never set has its default.
   */
  @Get()
  @ApiOkResponse({ type: TakeoverPolicyDto })
  @ApiProblems(404)
  getTakeoverPolicy(
    @CurrentUser() caller: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
  ): Promise<TakeoverPolicyDto> {
    return this.policies.getTakeoverPolicy(caller, botId);
  }

  /** Replaces the takeover policy of a bot. The whole policy is replaced. It applies from the next event of each chat on. */
  @Put()
  @Audited('bot.takeover_policy_changed', 'botId')
  @ApiProblems(400, 404)
  updateTakeoverPolicy(
    @CurrentUser() caller: UserPrincipal,
    @Param('botId', IdPipe('The bot')) botId: string,
    @Body() dto: TakeoverPolicyDto,
  ): Promise<void> {
    return this.policies.updateTakeoverPolicy(caller, botId, dto);
  }
}

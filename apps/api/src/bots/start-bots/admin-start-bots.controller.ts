import {
  Access,
  ApiProblems,
  Audited,
  CallerLanguage,
  CurrentUser,
  IdPipe,
  PagingQuery,
  type Language,
  type UserPrincipal,
} from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AdminCreateStartBotBotRequestDto,
  AdminGetStartBotBotsResponseItemDtoPagingResult,
  AdminGetUnassignedBotsResponseItemDtoPagingResult,
  AdminUpdateStartBotBotRequestDto,
} from './start-bot.dto.js';
import { StartBotsService } from './start-bots.service.js';

const StartBotId = (): ParameterDecorator => Param('startBotId', IdPipe('The start bot'));
const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));

@ApiTags('AdminBot')
@Controller('api/admin/bots/:startBotId')
@Access('user')
export class AdminStartBotsController {
  constructor(private readonly startBots: StartBotsService) {}

  /** Lists the members of a start bot. With the keywords of each, and which one is the default. */
  @Get('bots')
  @ApiOkResponse({ type: AdminGetStartBotBotsResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getStartBotBots(
    @CurrentUser() caller: UserPrincipal,
    @StartBotId() startBotId: string,
    @Query() query: PagingQuery,
    @CallerLanguage() language: Language,
  ): Promise<AdminGetStartBotBotsResponseItemDtoPagingResult> {
    return this.startBots.listMembers(caller, startBotId, query, language);
  }

  /**
   * Lists the bots that could become members of a start bot. These are the bots that the caller may contribute to, without start bots
   * and members.
   */
  @Get('unassignedbots')
  @ApiOkResponse({ type: AdminGetUnassignedBotsResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getStartBotUnassignedBots(
    @CurrentUser() caller: UserPrincipal,
    @StartBotId() startBotId: string,
    @Query() query: PagingQuery,
    @CallerLanguage() language: Language,
  ): Promise<AdminGetUnassignedBotsResponseItemDtoPagingResult> {
    return this.startBots.listUnassigned(caller, startBotId, query, language);
  }

  /**
   * Adds a bot to the members of a start bot. A message goes to the member whose keywords fit best, else to the one that the model of
   * the start bot chooses, else to the default. A start bot cannot be a member.
   */
  @Post('bots/:botId')
  @Audited('bot.member_added', 'startBotId')
  @HttpCode(200)
  @ApiProblems(400, 404, 409)
  createStartBotBot(
    @CurrentUser() caller: UserPrincipal,
    @StartBotId() startBotId: string,
    @BotId() botId: string,
    @Body() dto: AdminCreateStartBotBotRequestDto,
  ): Promise<void> {
    return this.startBots.addMember(caller, startBotId, botId, dto);
  }

  /** Updates the keywords of a member, or makes it the default. Fields that are left out are emptied. */
  @Put('bots/:botId')
  @Audited('bot.member_changed', 'startBotId')
  @ApiProblems(400, 404)
  updateStartBotBot(
    @CurrentUser() caller: UserPrincipal,
    @StartBotId() startBotId: string,
    @BotId() botId: string,
    @Body() dto: AdminUpdateStartBotBotRequestDto,
  ): Promise<void> {
    return this.startBots.updateMember(caller, startBotId, botId, dto);
  }

  /** Removes a member from a start bot. The bot itself stays. */
  @Delete('bots/:botId')
  @Audited('bot.member_removed', 'startBotId')
  @ApiProblems(404)
  deleteStartBotBot(
    @CurrentUser() caller: UserPrincipal,
    @StartBotId() startBotId: string,
    @BotId() botId: string,
  ): Promise<void> {
    return this.startBots.removeMember(caller, startBotId, botId);
  }
}

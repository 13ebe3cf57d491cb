import { Access, ApiProblems, Audited, CurrentUser, IdPipe, PagingQuery, type UserPrincipal } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AdminCreateBotFactRequestDto,
  AdminCreateBotFactResponseDto,
  AdminGetBotFactsResponseItemDtoPagingResult,
  AdminUpdateBotFactRequestDto,
} from './bot-fact.dto.js';
import { BotFactsService } from './bot-facts.service.js';

const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));
const FactId = (): ParameterDecorator => Param('botFactId', IdPipe('The fact'));

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId/facts')
@Access('user')
export class AdminBotFactsController {
  constructor(private readonly facts: BotFactsService) {}

  /** Lists the facts of a bot. Active facts are part of the instructions of every answer. */
  @Get()
  @ApiOkResponse({ type: AdminGetBotFactsResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getBotFacts(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Query() query: PagingQuery,
  ): Promise<AdminGetBotFactsResponseItemDtoPagingResult> {
    return this.facts.list(caller, botId, query);
  }

  /** Creates a fact of a bot. Active facts join its prompt. */
  @Post()
  @Audited('fact.created', 'botFactId')
  @HttpCode(200)
  @ApiOkResponse({ type: AdminCreateBotFactResponseDto })
  @ApiProblems(400, 404)
  createBotFact(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Body() dto: AdminCreateBotFactRequestDto,
  ): Promise<AdminCreateBotFactResponseDto> {
    return this.facts.create(caller, botId, dto);
  }

  /** Updates a fact. Answers that begin afterwards know the new text. An inactive fact is kept and not used. */
  @Put(':botFactId')
  @Audited('fact.updated', 'botFactId')
  @ApiProblems(400, 404)
  updateBotFact(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @FactId() botFactId: string,
    @Body() dto: AdminUpdateBotFactRequestDto,
  ): Promise<void> {
    return this.facts.update(caller, botId, botFactId, dto);
  }

  /** Deletes a fact. Answers that begin afterwards no longer know it. */
  @Delete(':botFactId')
  @Audited('fact.deleted', 'botFactId')
  @ApiProblems(404)
  deleteBotFact(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @FactId() botFactId: string,
  ): Promise<void> {
    return this.facts.delete(caller, botId, botFactId);
  }
}

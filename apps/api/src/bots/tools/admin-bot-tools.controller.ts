import { Access, ApiProblems, Audited, CurrentUser, IdPipe, type UserPrincipal } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AdminBotToolDto,
  AdminCreateBotToolRequestDto,
  AdminCreateBotToolResponseDto,
  AdminGetBotToolsResponseDto,
  AdminUpdateBotToolRequestDto,
} from './bot-tool.dto.js';
import { BotToolsService } from './bot-tools.service.js';
import { DryRunRequestDto, DryRunResponseDto } from './tool-trial.dto.js';
import { ToolTrialsService } from './tool-trials.service.js';

const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));
const ToolId = (): ParameterDecorator => Param('botToolId', IdPipe('The tool'));

@ApiTags('AdminBot')
@Controller('api/admin/bots/:botId/tools')
@Access('user')
export class AdminBotToolsController {
  constructor(
    private readonly tools: BotToolsService,
    private readonly trials: ToolTrialsService,
  ) {}

  /** Lists the tools of a bot. Tools are the functions that its model may call. */
  @Get()
  @ApiOkResponse({ type: AdminGetBotToolsResponseDto })
  @ApiProblems(404)
  getBotTools(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<AdminGetBotToolsResponseDto> {
    return this.tools.getBotTools(caller, botId);
  }

  /**
   * Creates a tool of a bot. The model calls it when it needs it; its result goes back to the model. The address must be public unless
   * the operator allows others. Secret headers are encrypted and never shown again.
   */
  @Post()
  @Audited('tool.created', 'botToolId')
  @HttpCode(200)
  @ApiOkResponse({ type: AdminCreateBotToolResponseDto })
  @ApiProblems(400, 404, 409)
  createBotTool(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Body() dto: AdminCreateBotToolRequestDto,
  ): Promise<AdminCreateBotToolResponseDto> {
    return this.tools.create(caller, botId, dto);
  }

  /** Returns a tool. Of its secret headers only the names are shown. */
  @Get(':botToolId')
  @ApiOkResponse({ type: AdminBotToolDto })
  @ApiProblems(404)
  getBotTool(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @ToolId() botToolId: string,
  ): Promise<AdminBotToolDto> {
    return this.tools.get(caller, botId, botToolId);
  }

  /**
   * Updates a tool.
   *
   * Secret headers, time-out and activity that are not sent stay; secret headers only while the origin of the address does.
   */
  @Put(':botToolId')
  @Audited('tool.updated', 'botToolId')
  @ApiProblems(400, 404, 409)
  updateBotTool(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @ToolId() botToolId: string,
    @Body() dto: AdminUpdateBotToolRequestDto,
  ): Promise<void> {
    return this.tools.update(caller, botId, botToolId, dto);
  }

  /** Deletes a tool. Answers that begin afterwards no longer offer it to the model. */
  @Delete(':botToolId')
  @Audited('tool.deleted', 'botToolId')
  @ApiProblems(404)
  deleteBotTool(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @ToolId() botToolId: string,
  ): Promise<void> {
    return this.tools.delete(caller, botId, botToolId);
  }

  /** Calls a tool as a turn would, and returns what was sent and answered. Nothing is stored. */
  @Post(':botToolId/dryRun')
  @Audited('tool.tried', 'botToolId')
  @HttpCode(200)
  @ApiOkResponse({ type: DryRunResponseDto })
  @ApiProblems(400, 404)
  dryRunBotTool(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @ToolId() botToolId: string,
    @Body() dto: DryRunRequestDto,
  ): Promise<DryRunResponseDto> {
    return this.trials.dryRun(caller, botId, botToolId, dto);
  }
}

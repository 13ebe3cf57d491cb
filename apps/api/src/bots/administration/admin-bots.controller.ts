import {
  Access,
  ApiProblems,
  Audited,
  CallerLanguage,
  CurrentUser,
  IdPipe,
  PagingQuery,
  parseFlag,
  ParseFlagPipe,
  RawBody,
  type Language,
  type UserPrincipal,
} from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AdminCreateBotResponseDto,
  AdminGetBotResponseDto,
  AdminGetBotsResponseItemDtoPagingResult,
} from './bot-administration.dto.js';
import { AdminCreateBotRequestDto, AdminUpdateBotRequestDto } from './bot-request.dto.js';
import { BotAdministrationService } from './bot-administration.service.js';
import { BotServicesDto } from './bot-services.dto.js';
import { BotServicesService } from './bot-services.service.js';
import { BotImagesService, MAX_IMAGE_BYTES } from '../images/bot-images.service.js';
import { addWarnings, MODEL_WARNING, ModelWarningsDto } from '../demands/model-warnings.dto.js';
import { ModelWarningsService } from '../demands/model-warnings.service.js';
import { BotStopService } from '../profile/bot-stop.service.js';

const BotId = (): ParameterDecorator => Param('botId', IdPipe('The bot'));

@ApiTags('AdminBot')
@Controller('api/admin/bots')
export class AdminBotsController {
  constructor(
    private readonly bots: BotAdministrationService,
    private readonly services: BotServicesService,
    private readonly images: BotImagesService,
    private readonly stops: BotStopService,
    private readonly warnings: ModelWarningsService,
  ) {}

  /** Lists the bots that the caller may administer or contribute to. Administrators of the system see all bots. */
  @Get()
  @Access('user')
  @ApiOkResponse({ type: AdminGetBotsResponseItemDtoPagingResult })
  @ApiProblems(400)
  getAdminBots(
    @CurrentUser() caller: UserPrincipal,
    @Query() query: PagingQuery,
    @CallerLanguage() language: Language,
  ): Promise<AdminGetBotsResponseItemDtoPagingResult> {
    return this.bots.list(caller, query, language);
  }

  /** Creates a bot. */
  @Post()
  @Audited('bot.created', 'botId')
  @HttpCode(200)
  @Access('admin')
  @ApiOkResponse({ type: AdminCreateBotResponseDto, headers: MODEL_WARNING })
  @ApiProblems(400, 409)
  async createBot(
    @CurrentUser() caller: UserPrincipal,
    @Body() dto: AdminCreateBotRequestDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminCreateBotResponseDto> {
    const created = await this.bots.create(dto);
    addWarnings(reply, await this.warnings.get(caller, created.botId));
    return created;
  }

  /** Lists the start bots that the caller may administer or contribute to. A start bot passes each message to the member that fits best. */
  @Get('startbots')
  @Access('user')
  @ApiOkResponse({ type: AdminGetBotsResponseItemDtoPagingResult })
  @ApiProblems(400)
  getAdminStartBots(
    @CurrentUser() caller: UserPrincipal,
    @Query() query: PagingQuery,
    @CallerLanguage() language: Language,
  ): Promise<AdminGetBotsResponseItemDtoPagingResult> {
    return this.bots.list(caller, query, language, { isStartBot: true });
  }

  /**
   * Lists how bots can answer. `OpenAI`: from instructions and facts, and from what the model knows. `FactBot`: from facts alone.
   * `StartBot`: not itself; it hands each message to the member that fits best.
   */
  @Get('implementationTypes')
  @Access('user')
  @ApiOkResponse({ schema: { type: 'array', items: { type: 'string' }, example: ['OpenAI', 'StartBot', 'FactBot'] } })
  getBotImplementationTypes(): string[] {
    return this.bots.getImplementationTypes();
  }

  /** Stops all bots, or starts them again. While stopped, completions are refused and running answers are interrupted. */
  @Put('stop/:isStopAllBots')
  @Audited(({ params }) => (parseFlag(params['isStopAllBots']) ? 'bots.stopped' : 'bots.released'))
  @Access('admin')
  @ApiParam({ name: 'isStopAllBots', schema: { type: 'boolean', example: true } })
  @ApiProblems(400)
  stopAllBots(@Param('isStopAllBots', ParseFlagPipe) isStopAllBots: boolean): Promise<void> {
    return this.stops.setStopped(isStopAllBots);
  }

  /**
   * Returns a bot. All that can be configured, except facts, tools, image, widget and takeover policy, which have operations of their
   * own.
   */
  @Get(':botId')
  @Access('user')
  @ApiOkResponse({ type: AdminGetBotResponseDto })
  @ApiProblems(404)
  getAdminBot(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<AdminGetBotResponseDto> {
    return this.bots.get(caller, botId);
  }

  /** Lists the services that a bot answers through. In the order in which they are asked, with the health of each, and why one is left out. */
  @Get(':botId/services')
  @Access('user')
  @ApiOkResponse({ type: BotServicesDto })
  @ApiProblems(404)
  getBotServices(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<BotServicesDto> {
    return this.services.list(caller, botId);
  }

  /** Updates a bot. What is not sent stays as it is. */
  @Put(':botId')
  @Audited('bot.updated', 'botId')
  @Access('user')
  @ApiOkResponse({ headers: MODEL_WARNING })
  @ApiProblems(400, 404, 409)
  async updateBot(
    @CurrentUser() caller: UserPrincipal,
    @BotId() botId: string,
    @Body() dto: AdminUpdateBotRequestDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.bots.update(caller, botId, dto);
    addWarnings(reply, await this.warnings.get(caller, botId));
  }

  /**
   * Lists what speaks against the models of a bot. One that ends within 90 days or has ended, or that its service does not list, keeps no bot
   * from being saved.
   */
  @Get(':botId/modelWarnings')
  @Access('user')
  @ApiOkResponse({ type: ModelWarningsDto })
  @ApiProblems(404)
  getBotModelWarnings(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<ModelWarningsDto> {
    return this.warnings.get(caller, botId);
  }

  /** Deletes a bot. The chats it answered in stay; its code can be used again. */
  @Delete(':botId')
  @Audited('bot.deleted', 'botId')
  @Access('admin')
  @ApiProblems(404)
  deleteBot(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<void> {
    return this.bots.delete(caller, botId);
  }

  /** Makes a bot the open bot. It can be used without an account while it is public and active. */
  @Put(':botId/openBot')
  @Audited('bot.opened', 'botId')
  @Access('admin')
  @ApiProblems(404)
  updateOpenBot(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<void> {
    return this.bots.setOpenBot(caller, botId);
  }

  /** Stores the image of a bot. PNG, JPEG, WebP or GIF, at most 2 MB and 8192 × 8192 pixels. */
  @Put(':botId/image')
  @Audited('bot.image_changed', 'botId')
  @Access('user')
  @RawBody(MAX_IMAGE_BYTES, 'image/png', 'image/jpeg', 'image/webp', 'image/gif')
  @ApiProblems(400, 404, 413, 415)
  updateBotImage(@CurrentUser() caller: UserPrincipal, @BotId() botId: string, @Body() bytes: Buffer): Promise<void> {
    return this.images.replace(caller, botId, bytes);
  }

  /** Deletes the image of a bot. Without an image this changes nothing. */
  @Delete(':botId/image')
  @Audited('bot.image_deleted', 'botId')
  @Access('user')
  @ApiProblems(404)
  deleteBotImage(@CurrentUser() caller: UserPrincipal, @BotId() botId: string): Promise<void> {
    return this.images.remove(caller, botId);
  }
}

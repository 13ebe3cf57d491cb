import {
  Access,
  ApiProblems,
  Caller,
  CallerLanguage,
  IdPipe,
  PagingQuery,
  type Language,
  type Principal,
} from '@app/common';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BotImagesService } from '../images/bot-images.service.js';
import { BotSearchService } from '../start-bots/bot-search.service.js';
import { BotStopService } from './bot-stop.service.js';
import { GetBotsResponseItemDtoPagingResult, SearchBotByStartBotRequestDto } from './bot.dto.js';
import { BotsService } from './bots.service.js';
import { sendImage } from '../images/send-image.js';

const IMAGE = { schema: { type: 'string', format: 'binary' } } as const;

@ApiTags('Bot')
@Controller('api/bots')
export class BotsController {
  constructor(
    private readonly bots: BotsService,
    private readonly images: BotImagesService,
    private readonly searches: BotSearchService,
    private readonly stops: BotStopService,
  ) {}

  /**
   * Lists the bots that the caller may talk to, in the language of `Accept-Language` (English or German). Public bots, and those for
   * which the caller has a role. Without a token these are the public ones.
   */
  @Get()
  @Access('anonymous')
  @ApiOkResponse({ type: GetBotsResponseItemDtoPagingResult })
  @ApiProblems(400)
  getBots(
    @Caller() caller: Principal,
    @Query() query: PagingQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetBotsResponseItemDtoPagingResult> {
    return this.bots.list(caller, query, language);
  }

  /** Lists the start bots that the caller may talk to. A chat with a start bot is answered by the member that fits each message best. */
  @Get('startbots')
  @Access('anonymous')
  @ApiOkResponse({ type: GetBotsResponseItemDtoPagingResult })
  @ApiProblems(400)
  getStartBots(
    @Caller() caller: Principal,
    @Query() query: PagingQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetBotsResponseItemDtoPagingResult> {
    return this.bots.list(caller, query, language, { isStartBot: true });
  }

  /** Lists the members of a start bot that the caller may talk to. Members that the caller may not use are left out. */
  @Get('bystartbot/:startBotId')
  @Access('anonymous')
  @ApiOkResponse({ type: GetBotsResponseItemDtoPagingResult })
  @ApiProblems(400, 404)
  getBotsByStartBot(
    @Caller() caller: Principal,
    @Param('startBotId', IdPipe('The start bot')) startBotId: string,
    @Query() query: PagingQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetBotsResponseItemDtoPagingResult> {
    return this.bots.list(caller, query, language, { memberOf: startBotId });
  }

  /** Returns whether all bots are stopped. `PUT /api/admin/bots/stop/{isStopAllBots}` stops them. */
  @Get('stop')
  @Access('anonymous')
  @ApiOkResponse({ schema: { type: 'boolean', example: false } })
  isStopAllBots(): Promise<boolean> {
    return this.stops.isStopped();
  }

  /**
   * Returns the image of a bot. Callers see it who may use or administer the bot. It is sent with a tag, so that browsers load it again
   * only when it has changed.
   */
  @Get('botimage/:botId')
  @Access('anonymous')
  @ApiProduces('image/png', 'image/jpeg', 'image/webp', 'image/gif')
  @ApiOkResponse({
    description: 'The image.',
    content: { 'image/png': IMAGE, 'image/jpeg': IMAGE, 'image/webp': IMAGE, 'image/gif': IMAGE },
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of the image that the caller has.' })
  @ApiResponse({ status: 304, description: 'The caller has the image already.' })
  @ApiProblems(404)
  async getBotImage(
    @Caller() caller: Principal,
    @Param('botId', IdPipe('The image')) botId: string,
    @Headers('if-none-match') knownTags: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendImage(reply, await this.images.get(caller, botId, knownTags));
  }

  /**
   * Picks the member of a start bot for a message, and returns its id. By keywords first, then by the model of the start bot, else the
   * default member. Nothing is said to a bot and no chat changes; asking the model costs tokens.
   */
  @Post(':botId/search')
  @HttpCode(200)
  @Access('anonymous')
  @ApiOkResponse({ schema: { type: 'string', example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' } })
  @ApiProblems(400, 404, 409)
  searchBotByStartBot(
    @Caller() caller: Principal,
    @Param('botId', IdPipe('The start bot')) botId: string,
    @Body() dto: SearchBotByStartBotRequestDto,
  ): Promise<string> {
    return this.searches.search(caller, botId, dto.userMessage);
  }
}

import { Access, ApiProblems, CallerLanguage, sendBuiltFile, type Language } from '@app/common';
import { applyDecorators, Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendLauncher, sendPage } from './send-widget.js';
import { WidgetAssetsService } from './widget-assets.service.js';
import { WidgetPagesService } from './widget-pages.service.js';

const TEXT = { schema: { type: 'string' as const } };
const MISSING = 'Assistant ID is required';
const languageOf = (wanted: string | undefined, accepted: Language): Language =>
  wanted === 'de' || wanted === 'en' ? wanted : accepted;

const ApiPage = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({ name: 'lang', required: false, enum: ['en', 'de'], description: 'In place of the browser’s language.' }),
    ApiOkResponse({ description: 'The page', content: { 'text/html': TEXT } }),
    ApiResponse({ status: 404, description: 'A page that says so', content: { 'text/html': TEXT } }),
    ApiProblems(503),
  );

@ApiTags('Widget')
@Controller()
@Access('anonymous')
export class WidgetPagesController {
  constructor(
    private readonly pages: WidgetPagesService,
    private readonly assets: WidgetAssetsService,
  ) {}

  /**
   * Returns the chat page of a public bot, to be embedded in other sites. Which sites may embed it is in the `Content-Security-Policy`
   * of the answer.
   */
  @Get('widget/:botCode')
  @ApiPage()
  async getWidgetPage(
    @Param('botCode') botCode: string,
    @Query('lang') lang: string | undefined,
    @CallerLanguage() accepted: Language,
    @Req() { url }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPage(reply, await this.pages.getPageByCode(botCode, { url, language: languageOf(lang, accepted) }));
  }

  /**
   * Returns the chat page of a bot, by its id in the threads API. That is `asst_` and the bot's id without hyphens; the bot's id itself
   * will do, too.
   */
  @Get('chatbot')
  @ApiQuery({ name: 'assistant_id', required: true, schema: { type: 'string' }, example: `asst_${'0'.repeat(32)}` })
  @ApiPage()
  @ApiResponse({ status: 400, description: MISSING, content: { 'text/plain': TEXT } })
  async getChatbotPage(
    @Query('assistant_id') assistantId: string | undefined,
    @Query('lang') lang: string | undefined,
    @CallerLanguage() accepted: Language,
    @Req() { url }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (typeof assistantId !== 'string' || assistantId.trim() === '')
      return void (await reply.code(400).type('text/plain; charset=utf-8').send(MISSING));
    const request = { url, language: languageOf(lang, accepted) };
    await sendPage(reply, await this.pages.getPageByAssistantId(assistantId.trim(), request));
  }

  /**
   * Returns a script that adds a button to any page, which opens the chat. The bot is named by `data-bot` on the script's element.
   */
  @Get('widget.js')
  @ApiProduces('text/javascript')
  @ApiOkResponse({ description: 'The script', content: { 'text/javascript': TEXT } })
  @ApiProblems(503)
  async getWidgetScript(@Res() reply: FastifyReply): Promise<void> {
    await sendLauncher(reply, await this.pages.getLauncher(null));
  }

  /** Returns the script that adds the button, for one bot. The same script as `/widget.js`, with the code of the bot inside. */
  @Get('widget/:botCode/loader.js')
  @ApiProduces('text/javascript')
  @ApiOkResponse({ description: 'The script', content: { 'text/javascript': TEXT } })
  @ApiProblems(404, 503)
  async getWidgetLoader(@Param('botCode') botCode: string, @Res() reply: FastifyReply): Promise<void> {
    await sendLauncher(reply, await this.pages.getLauncher(botCode));
  }

  /** Returns a script or style of the chat page. A name stands for one content for ever (`~` is in no bot's code). */
  @Get('widget/~/:fileName')
  @SkipThrottle()
  @ApiProduces('text/javascript', 'text/css')
  @ApiOkResponse({ description: 'The file', content: { 'text/javascript': TEXT, 'text/css': TEXT } })
  @ApiResponse({ status: 304, description: 'The caller has the file already.' })
  @ApiProblems(404, 503)
  async getWidgetFile(
    @Param('fileName') fileName: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendBuiltFile(request, reply, this.assets.getFile(fileName));
  }
}

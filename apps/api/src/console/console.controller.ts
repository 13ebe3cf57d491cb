import { Access, ApiProblems, notFound, sendBuiltFile } from '@app/common';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import {
  ApiExcludeEndpoint,
  ApiFoundResponse,
  ApiOkResponse,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONSOLE_PAGE, CONSOLE_POLICY, consoleHtml } from './console-page.js';

const TEXT = { schema: { type: 'string' as const } };

/** The web application in which people work: the same page at every address, and its files. */
@ApiTags('Console')
@Controller()
@Access('anonymous')
export class ConsoleController {
  /** Redirects browsers to the console. Answers 404 to everything else. */
  @Get()
  @ApiFoundResponse({ description: 'The console is there.' })
  @ApiProblems(404)
  async getRoot(@Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (headers.accept?.includes('text/html') !== true) throw notFound('The page');
    await reply.redirect('console', 302);
  }

  /** Returns the console, the page in which agents work. Every address below it answers the same page. */
  @Get('console')
  @ApiOkResponse({ description: 'The page', content: { 'text/html': TEXT } })
  @ApiProblems(503)
  async getConsole(@Req() { url }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendConsole(reply, url);
  }

  @Get('console/*')
  @ApiExcludeEndpoint()
  async getConsolePage(@Req() { url }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (url.startsWith('/console/~/')) throw notFound('The file');
    await sendConsole(reply, url);
  }

  /** Returns a script or style of the console. A name stands for one content for ever. */
  @Get('console/~/:fileName')
  @SkipThrottle()
  @ApiProduces('text/javascript', 'text/css')
  @ApiOkResponse({ description: 'The file', content: { 'text/javascript': TEXT, 'text/css': TEXT } })
  @ApiResponse({ status: 304, description: 'The caller has the file already.' })
  @ApiProblems(404, 503)
  async getConsoleFile(
    @Param('fileName') fileName: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendBuiltFile(request, reply, CONSOLE_PAGE.getFile(fileName));
  }
}

async function sendConsole(reply: FastifyReply, url: string): Promise<void> {
  const html = consoleHtml(url);
  reply.headers({ 'content-security-policy': CONSOLE_POLICY, 'cache-control': 'no-cache' });
  await reply.type('text/html; charset=utf-8').send(html);
}

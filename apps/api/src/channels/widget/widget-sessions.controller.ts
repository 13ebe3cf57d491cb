import { Access, ApiProblems } from '@app/common';
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { WidgetSessionDto, WidgetSessionRequestDto } from './widget-session.dto.js';
import { WidgetSessionsService } from './widget-sessions.service.js';

@ApiTags('Widget')
@Controller('api/widget')
export class WidgetSessionsController {
  constructor(private readonly sessions: WidgetSessionsService) {}

  /**
   * Creates a visitor of a public bot, or renews the visitor's token.
   *
   * The answer's token is the visitor's bearer token in every other call and in the socket's handshake.
   */
  @Post(':botCode/session')
  @HttpCode(200)
  @Access('anonymous')
  @ApiOkResponse({ type: WidgetSessionDto })
  @ApiProblems(400, 404)
  openWidgetSession(
    @Param('botCode') botCode: string,
    @Body() { token }: WidgetSessionRequestDto,
  ): Promise<WidgetSessionDto> {
    return this.sessions.openSession(botCode, token ?? null);
  }
}

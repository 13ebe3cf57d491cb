import { Access, Caller, IdPipe, type Principal } from '@app/common';
import { Controller, Get, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChatEventsQuery, type ChatEventsDto } from './chat-event.dto.js';
import { ApiEventLog } from './event-log.decorator.js';
import { ChatEventsService } from './chat-events.service.js';
import { Streaming, type StreamRequest } from '../completions/stream-request.js';

@ApiTags('Takeover')
@Controller('api/takeover/chats')
export class TakeoverChatEventsController {
  constructor(private readonly events: ChatEventsService) {}

  /**
   * Returns the event log of a chat as agents see it, with notes and whispers.
   *
   * A page as JSON, or, with `Accept: text/event-stream`, every event after `after` (or `Last-Event-ID`) and all that follow. A running
   * answer starts with its text so far. Swagger UI shows responses only when they have ended, so it never shows this stream: use `curl -N`.
   */
  @Get(':chatId/events')
  @Access('agent')
  @ApiEventLog()
  getTakeoverChatEvents(
    @Caller() caller: Principal,
    @Param('chatId', IdPipe('The chat')) chatId: string,
    @Query() query: ChatEventsQuery,
    @Streaming() streaming: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    return this.events.getTakeoverChatEvents(caller, chatId, query, streaming);
  }
}

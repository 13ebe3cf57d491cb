import { Access, ApiProblems, Caller, IdPipe, type Principal } from '@app/common';
import { Controller, Get, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  ChatEventDto,
  ChatEventsDto,
  ChatEventsQuery,
  EVENT_STREAM_SCHEMA,
  MessageDeltaDto,
} from './chat-event.dto.js';
import { ChatEventsService } from './chat-events.service.js';
import { Streaming, type StreamRequest } from './stream-request.js';

@ApiTags('Takeover')
@Controller('api/takeover/chats')
export class TakeoverChatEventsController {
  constructor(private readonly events: ChatEventsService) {}

  /**
   * The numbered log of a chat as agents see it, with notes and whispers
   *
   * A page as JSON, or, with `Accept: text/event-stream`, everything after `after` (or `Last-Event-ID`) and whatever follows. A running
   * answer begins with what was said so far.
   */
  @Get(':chatId/events')
  @Access('agent')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Resume a stream: `seq` or `seq:offset`.' })
  @ApiExtraModels(ChatEventsDto, ChatEventDto, MessageDeltaDto)
  @ApiOkResponse({
    description: 'Events',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ChatEventsDto) } },
      'text/event-stream': { schema: EVENT_STREAM_SCHEMA },
    },
  })
  @ApiProblems(400, 404)
  getTakeoverChatEvents(
    @Caller() caller: Principal,
    @Param('chatId', IdPipe('The chat')) chatId: string,
    @Query() query: ChatEventsQuery,
    @Streaming() streaming: StreamRequest,
  ): Promise<ChatEventsDto | StreamableFile> {
    return this.events.getTakeoverChatEvents(caller, chatId, query, streaming);
  }
}

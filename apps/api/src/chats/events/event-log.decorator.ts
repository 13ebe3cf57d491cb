import { ApiProblems } from '@app/common';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { ChatEventsDto } from './chat-event.dto.js';
import { ApiStreamModels, EVENT_STREAM_SCHEMA } from '../completions/chat-stream.dto.js';

/** Documents a handler that returns a chat's log: a page as JSON, or a stream that can be resumed. */
export const ApiEventLog = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Resume a stream: `seq` or `seq:offset`.' }),
    ApiExtraModels(ChatEventsDto),
    ApiStreamModels(),
    ApiOkResponse({
      description: 'Events',
      content: {
        'application/json': { schema: { $ref: getSchemaPath(ChatEventsDto) } },
        'text/event-stream': { schema: EVENT_STREAM_SCHEMA },
      },
    }),
    ApiProblems(400, 404),
  );

import { Access } from '@app/common';
import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { ConversationsService } from './conversations.service.js';
import { ConversationEntryDto } from './simple-chat.dto.js';

@ApiTags('Simple chat')
@Controller('api/admin/conversations.json')
export class ConversationsController {
  constructor(private readonly conversations: ConversationsService) {}

  /** Exports all conversations of the simple chat, by user id. */
  @Get()
  @Access('admin')
  @ApiExtraModels(ConversationEntryDto)
  @ApiOkResponse({
    description: 'Answered messages by user id; those of callers without one under `anonymous`',
    content: {
      'application/json': {
        schema: {
          type: 'object',
          additionalProperties: { type: 'array', items: { $ref: getSchemaPath(ConversationEntryDto) } },
        },
      },
    },
  })
  getConversations(): StreamableFile {
    return new StreamableFile(Readable.from(this.conversations.write()), { type: 'application/json; charset=utf-8' });
  }
}

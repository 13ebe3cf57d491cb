import { THREAD_ROLES, type ThreadMessage, type ThreadRole } from '@app/contracts';
import type { MessageAuthor } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { ASSISTANT_ID, THREAD_ID } from './thread.dto.js';
import { assistantIdOf, messageIdOf, runIdOf, threadIdOf } from './thread-ids.js';
import type { StoredMessage } from './thread-messages.repository.js';

/** The assistant id of everything that belongs to an agent's part of a thread. */
const AGENT = 'agent-default';

/** What the server itself says is shown as the assistant's. */
const ROLE_OF: Record<MessageAuthor, ThreadRole> = {
  customer: 'user',
  bot: 'assistant',
  agent: 'agent',
  system: 'assistant',
};

export class MessageTextDto {
  @ApiProperty({ example: 'I answer questions.' })
  value: string;
  @ApiProperty({ type: 'array', items: {}, example: [] })
  annotations: [];
}

export class MessageContentDto {
  @ApiProperty({ enum: ['text'] })
  type: 'text';
  text: MessageTextDto;
}

export class ThreadMessageDto implements ThreadMessage {
  @ApiProperty({ example: 'msg_0199aa0e7c1b7d0a9a550d5a3c0f8f6e' })
  id: string;
  @ApiProperty({ enum: ['thread.message'] })
  object: 'thread.message';
  /** Seconds since 1970. */
  @ApiProperty({ type: 'integer', example: 1_795_219_200 })
  created_at: number;
  @ApiProperty({ example: THREAD_ID })
  thread_id: string;
  @ApiProperty({ enum: THREAD_ROLES, example: 'assistant' })
  role: ThreadRole;
  @ApiProperty({ type: [MessageContentDto] })
  content: MessageContentDto[];
  @ApiProperty({ type: 'string', nullable: true, example: ASSISTANT_ID })
  assistant_id: string | null;
  @ApiProperty({ type: 'string', nullable: true, example: 'run_0199aa0e7c1b7d0a9a550d5a3c0f8f6e' })
  run_id: string | null;
  @ApiProperty({ type: 'array', items: {}, example: [] })
  attachments: [];
  @ApiProperty({ type: 'object', additionalProperties: true, example: {} })
  metadata: object;
}

export class ThreadMessagesDto {
  /** The newest first. */
  @ApiProperty({ type: [ThreadMessageDto] })
  messages: ThreadMessageDto[];
}

export const mapMessage = (chatId: string, message: StoredMessage): ThreadMessageDto => ({
  id: messageIdOf(message.id),
  object: 'thread.message',
  created_at: Math.floor(message.createdAt.getTime() / 1000),
  thread_id: threadIdOf(chatId),
  role: ROLE_OF[message.author],
  content: [{ type: 'text', text: { value: message.text, annotations: [] } }],
  assistant_id: assistantOf(message),
  run_id: message.author === 'bot' && message.turnId !== null ? runIdOf(message.turnId) : null,
  attachments: [],
  metadata: {},
});

function assistantOf({ author, turnId, botId }: StoredMessage): string | null {
  if (author === 'bot') return botId && assistantIdOf(botId);
  return author === 'agent' || (author === 'customer' && turnId === null) ? AGENT : null;
}

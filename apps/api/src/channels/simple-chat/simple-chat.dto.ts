import { ApiProperty } from '@nestjs/swagger';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

/** What a caller says, as {@link SimpleChatRequestPipe} has read it. */
export interface SimpleChatRequest {
  message: string;
  userId: string | null;
  threadId: string | null;
}

export class SimpleChatAnswerDto {
  @ApiProperty({ example: 'Hello! What can I do for you?' })
  answer: string;
  /** To be sent with the next message. */
  @ApiProperty({ example: ID })
  thread_id: string;
}

export class SimpleChatErrorDto {
  @ApiProperty({ example: 'Message is required' })
  error: string;
}

export class ConversationEntryDto {
  @ApiProperty({ example: 'Hello' })
  user: string;
  @ApiProperty({ example: 'Hello! What can I do for you?' })
  bot: string;
  /** When the answer was complete, in seconds since 1970. */
  @ApiProperty({ example: 1795219200.123 })
  timestamp: number;
}

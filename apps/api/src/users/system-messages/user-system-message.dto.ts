import { PagingResultOf, Characters } from '@app/common';
import type { UserSystemMessage } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';

const NAME_LENGTH = 200;
const MESSAGE_LENGTH = 50_000;
const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const NAME_EXAMPLE = 'Short answers';
const MESSAGE_EXAMPLE = 'Answer in one sentence.';

export class UpdateUserSystemMessageRequestDto {
  @Characters(NAME_LENGTH)
  @ApiProperty({ minLength: 1, maxLength: NAME_LENGTH, example: NAME_EXAMPLE })
  displayName: string;

  /** Goes before the chat, after the bot's own instructions, in chats that it is attached to. */
  @Characters(MESSAGE_LENGTH)
  @ApiProperty({ minLength: 1, maxLength: MESSAGE_LENGTH, example: MESSAGE_EXAMPLE })
  systemMessage: string;
}

export class GetUserSystemMessagesResponseItemDto {
  @ApiProperty({ example: ID_EXAMPLE })
  userSystemMessageId: string;

  @ApiProperty({ example: NAME_EXAMPLE })
  displayName: string;
}

export class GetUserSystemMessagesResponseItemDtoPagingResult extends PagingResultOf(
  GetUserSystemMessagesResponseItemDto,
) {}

export class GetUserSystemMessageResponseDto extends GetUserSystemMessagesResponseItemDto {
  @ApiProperty({ example: MESSAGE_EXAMPLE })
  systemMessage: string;
}

export class GetUserSystemMessageCountResponseDto {
  @ApiProperty({ type: 'integer', format: 'int32', example: 3 })
  systemMessageCount: number;
}

export const mapUserSystemMessageItem = (
  message: Pick<UserSystemMessage, 'id' | 'displayName'>,
): GetUserSystemMessagesResponseItemDto => ({ userSystemMessageId: message.id, displayName: message.displayName });

export const mapUserSystemMessage = (
  message: Pick<UserSystemMessage, 'id' | 'displayName' | 'systemMessage'>,
): GetUserSystemMessageResponseDto => ({
  userSystemMessageId: message.id,
  displayName: message.displayName,
  systemMessage: message.systemMessage,
});

import type { TakeoverCommand, TakeoverCommands } from '@app/contracts';
import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import {
  ChatStateDto,
  ExpectedEpochRequestDto,
  ReleaseChatRequestDto,
  SendTextRequestDto,
  TypingRequestDto,
  UpdatePresenceRequestDto,
} from '../commands/takeover.dto.js';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const MAX_INT = 2_147_483_647;

type Payload<Name extends TakeoverCommand> = TakeoverCommands[Name]['payload'];

/** The chat that a command is about. */
export class ChatReferenceDto implements Payload<'unwatch'> {
  @IsString()
  @Matches(/^[\w-]{1,64}$/, { message: 'chatId must be the id of a chat' })
  @ApiProperty({ example: ID })
  chatId: string;
}

export class WatchCommandDto extends ChatReferenceDto implements Payload<'watch'> {
  /** The last event that is known. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INT)
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_INT, default: 0, required: false })
  after?: number;

  /** Characters that are known of the message running there. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INT)
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_INT, default: 0, required: false })
  offset?: number;
}

export class ChatCommandDto
  extends IntersectionType(ChatReferenceDto, ExpectedEpochRequestDto)
  implements Payload<'claim'> {}

export class ReleaseCommandDto
  extends IntersectionType(ChatReferenceDto, ReleaseChatRequestDto)
  implements Payload<'release'> {}

export class TextCommandDto extends IntersectionType(ChatReferenceDto, SendTextRequestDto) implements Payload<'send'> {}

export class TypingCommandDto
  extends IntersectionType(ChatReferenceDto, TypingRequestDto)
  implements Payload<'typing'> {}

export class PresenceCommandDto extends UpdatePresenceRequestDto implements Payload<'presence'> {}

export class WatchedChatDto extends ChatStateDto {
  /** `agents` also see notes and whispers. */
  @ApiProperty({ enum: ['everyone', 'agents'], example: 'agents' })
  audience: 'everyone' | 'agents';
}

export class DoneDto {}

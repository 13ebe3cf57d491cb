import { MaxLength, PagingQuery, PagingResultOf, Whole } from '@app/common';
import type { AgentName, AgentPresenceState, ChatOwner, ChatState, SentMessage } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const AT = '2026-11-21T09:00:00.000Z';
/** Fits into one frame of the socket in any script. */
const MAX_TEXT_LENGTH = 16_000;
const MAX_INT = 2_147_483_647;
const MAX_CAPACITY = 1000;

/** What every change of owner may carry. */
export class ExpectedEpochRequestDto {
  /** Refuses with `OUTDATED_CHAT` when the chat has got another owner since. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_INT, required: false, example: 2 })
  expectedEpoch?: number;
}

export class ReleaseChatRequestDto extends ExpectedEpochRequestDto {
  /** Who goes on: the bot, the next agent of the queue, or the agent of `agentId`. */
  @IsIn(['bot', 'queue', 'agent'])
  @ApiProperty({ enum: ['bot', 'queue', 'agent'], example: 'bot' })
  to: 'bot' | 'queue' | 'agent';

  /** With `to: agent`. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_INT, required: false, example: 7 })
  agentId?: number;
}

export class SendTextRequestDto extends ExpectedEpochRequestDto {
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_TEXT_LENGTH)
  @ApiProperty({ minLength: 1, maxLength: MAX_TEXT_LENGTH, example: 'Hello, this is Ada. How can I help?' })
  text: string;

  /** The sender's own name for the message: sent again, nothing happens twice and the answer is the same. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  @ApiProperty({ minLength: 1, maxLength: 100, required: false, example: 'c3d1' })
  clientMessageId?: string;
}

export class TypingRequestDto {
  @IsBoolean()
  @ApiProperty({ example: true })
  isTyping: boolean;
}

export class UpdatePresenceRequestDto {
  /** Chats are handed over only to agents who are `online`. */
  @IsOptional()
  @IsIn(['online', 'away'])
  @ApiProperty({ enum: ['online', 'away'], required: false, example: 'online' })
  status?: 'online' | 'away';

  /** How many chats others may hand over to this agent. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_CAPACITY)
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_CAPACITY, required: false, example: 5 })
  capacity?: number;
}

export class AgentPresenceDto implements AgentPresenceState {
  @ApiProperty({ enum: ['online', 'away'], example: 'online' })
  status: 'online' | 'away';
  @ApiProperty({ type: 'integer', example: 5 })
  capacity: number;
}

export class AgentNameDto implements AgentName {
  @ApiProperty({ type: 'integer', example: 7 })
  id: number;
  @ApiProperty({ example: 'Ada Lovelace' })
  name: string;
}

export class AgentDto extends AgentNameDto {
  /** `offline` when nothing was heard of the agent for a while. */
  @ApiProperty({ enum: ['online', 'away', 'offline'], example: 'online' })
  status: 'online' | 'away' | 'offline';
  @ApiProperty({ type: 'integer', example: 5 })
  capacity: number;
  /** Chats that the agent holds now. */
  @ApiProperty({ type: 'integer', example: 2 })
  heldChats: number;
}

export class AgentsDto {
  @ApiProperty({ type: [AgentDto] })
  items: AgentDto[];
}

export class ChatStateDto implements ChatState {
  @ApiProperty({ example: ID })
  chatId: string;
  @ApiProperty({ enum: ['bot', 'requested', 'human', 'closed'], example: 'human' })
  owner: ChatOwner;
  /** Grows with every change of owner. */
  @ApiProperty({ type: 'integer', example: 3 })
  epoch: number;
  /** The person who holds the chat, if one does. */
  @ApiProperty({ type: AgentNameDto, nullable: true })
  agent: AgentNameDto | null;
  /** The customer's place in line, from 1; null unless the chat waits for a person. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  position: number | null;
}

/** A chat as an agent opens it. */
export class TakeoverChatDto extends ChatStateDto {
  @ApiProperty({ example: 'Hello, what can you do?' })
  displayName: string;
  @ApiProperty({ example: ID })
  botId: string;
  @ApiProperty({ example: 'Welcome' })
  botDisplayName: string;
  /** What people are told of the customer. */
  @ApiProperty({ example: 'Grace Hopper' })
  customerName: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: AT })
  createdUtc: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: AT })
  lastAccessedUtc: string;
}

export class SentMessageDto implements SentMessage {
  @ApiProperty({ example: ID })
  messageId: string;
  /** The message's number in the chat's log. */
  @ApiProperty({ type: 'integer', example: 12 })
  seq: number;
  @ApiProperty({ type: 'integer', example: 3 })
  epoch: number;
}

export class QueueQuery extends PagingQuery {
  /** Only waiting (`requested`) or only held (`human`) chats. */
  @IsOptional()
  @IsIn(['requested', 'human'])
  @ApiProperty({ enum: ['requested', 'human'], required: false })
  Owner?: 'requested' | 'human';

  @IsOptional()
  @Matches(/^[\w-]{1,64}$/)
  @ApiProperty({ required: false, example: ID })
  BotId?: string;

  /** Only chats that this agent holds. */
  @IsOptional()
  @Whole()
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  @ApiProperty({ type: 'integer', required: false, example: 7 })
  AgentId?: number;
}

export class LastMessageDto {
  @ApiProperty({ enum: ['customer', 'bot', 'agent', 'system'], example: 'customer' })
  author: string;
  /** The beginning of it. */
  @ApiProperty({ example: 'Can I talk to an agent?' })
  text: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: AT })
  at: string;
}

export class QueueItemDto extends TakeoverChatDto {
  /** How long the customer has been waiting for a person; null when a person is there. */
  @ApiProperty({ type: 'integer', nullable: true, example: 42 })
  waitingSeconds: number | null;
  @ApiProperty({ type: LastMessageDto, nullable: true })
  lastMessage: LastMessageDto | null;
}

export class QueueItemDtoPagingResult extends PagingResultOf(QueueItemDto) {}
